// Whether somebody is there: the server says so, and when that changes; a page that stands open asks again then.

const LONGEST_MS = 6 * 3600 * 1000;

export class Office {
  constructor(config, say, changed) {
    this.base = config.base;
    this.say = say;
    this.outside = config.office.outside;
    this.text = config.office.text;
    this.changed = changed;
    this.take(config.office);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.due() <= 0 && this.ask());
  }

  take(office) {
    this.open = office.open;
    this.changesAt = office.changes_at ? new Date(office.changes_at) : null;
    clearTimeout(this.timer);
    if (this.changesAt) this.timer = setTimeout(() => this.ask(), Math.min(LONGEST_MS, Math.max(2000, this.due() + 1000)));
  }

  due() {
    return this.changesAt ? this.changesAt - Date.now() : Infinity;
  }

  async ask() {
    try {
      const response = await fetch(`${this.base}/office`);
      if (response.ok) this.take(await response.json());
      this.changed();
    } catch {
      this.timer = setTimeout(() => this.ask(), 60000);
    }
  }

  get closed() {
    return !this.open && this.outside === "closed";
  }

  get leaving() {
    return !this.open && this.outside === "form";
  }

  // What a visitor is told while nobody is there; nothing while somebody is.
  notice() {
    if (this.open) return "";
    const words = this.text || this.say(this.outside === "closed" ? "outsideClosed" : this.outside === "form" ? "outsideForm" : "outsideMessage");
    return this.changesAt ? `${words} ${this.say("opensAt", { at: this.say.moment(this.changesAt) })}` : words;
  }
}
