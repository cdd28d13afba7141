// The visitor's own copy of the talk: saved from the page as text or as a page, or mailed by the server.

import { newId } from "./memory.js";

export class Transcript {
  constructor(config, say, thread, who, run) {
    Object.assign(this, { config, say, thread, who, run }); // who() -> the form, run(type, body) -> result or null
    for (const name of ["menu", "more", "save-text", "save-page", "mail-me", "menu-note"]) (this.$ ??= {})[name] = document.getElementById(name);
    this.$.more.setAttribute("aria-label", say("menu"));
    this.$.more.title = say("menu");
    this.$["save-text"].textContent = say("saveText");
    this.$["save-page"].textContent = say("savePage");
    this.$.more.addEventListener("click", () => this.show(this.$.menu.hidden));
    this.$["save-text"].addEventListener("click", () => this.save("txt", "text/plain", this.text()));
    this.$["save-page"].addEventListener("click", () => this.save("html", "text/html", this.page()));
    this.$["mail-me"].addEventListener("click", () => this.mail());
    document.addEventListener("click", (event) => {
      if (!this.$.menu.hidden && !this.$.menu.contains(event.target) && !this.$.more.contains(event.target)) this.show(false, false);
    });
  }

  // Offered once there is something to keep; the mail, once there is an address.
  paint() {
    this.$.more.hidden = this.thread.messages.size === 0;
    const { email } = this.who();
    this.$["mail-me"].hidden = !this.config.mails || !email;
    this.$["mail-me"].textContent = this.say("mailMe", { email: email || "" });
  }

  show(open, focus = true) {
    this.$.menu.hidden = !open;
    this.$.more.setAttribute("aria-expanded", String(open));
    if (open) this.paint();
    if (focus) (open ? this.$["save-text"] : this.$.more).focus();
  }

  get open() {
    return !this.$.menu.hidden;
  }

  lines() {
    const bodies = [...this.thread.messages.values()].map((one) => one.body).sort((a, b) => a.position - b.position);
    return bodies.map((body) => ({
      who: body.direction === "in" ? this.who().name || this.say("you") : body.author_name || this.say("agent"),
      at: this.say.moment(new Date(body.at)),
      text: [body.text, ...(body.attachments || []).map((file) => `[${file.name}, ${this.say.size(file.size)}]`)].filter(Boolean).join("\n"),
    }));
  }

  text() {
    const rows = this.lines().map((line) => `[${line.at}] ${line.who}:\n${line.text}`);
    return [this.config.title, this.say("savedAt", { at: this.say.moment(new Date()) }), ...rows].join("\n\n") + "\n";
  }

  page() {
    const made = document.implementation.createHTMLDocument(this.config.title);
    made.documentElement.lang = this.say.language;
    const meta = made.createElement("meta");
    meta.setAttribute("charset", "utf-8");
    made.head.prepend(meta);
    const add = (parent, tag, text) => {
      const element = made.createElement(tag);
      element.textContent = text;
      parent.append(element);
      return element;
    };
    add(made.body, "h1", this.config.title);
    add(made.body, "p", this.say("savedAt", { at: this.say.moment(new Date()) }));
    const list = add(made.body, "dl", "");
    for (const line of this.lines()) {
      add(list, "dt", `${line.who}, ${line.at}`);
      add(list, "dd", line.text).style.whiteSpace = "pre-wrap";
    }
    return `<!doctype html>\n${made.documentElement.outerHTML}\n`;
  }

  save(ending, type, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
    link.download = `${this.config.title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "chat"}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    this.show(false);
  }

  async mail() {
    this.show(false);
    this.asking ??= newId(); // until it is answered: a lost answer must not make a second letter
    const result = await this.run("MailMe", { memo_id: this.asking });
    if (result) this.asking = null;
    const refused = result && result.refused;
    const key = !result ? "mailLater" : !refused ? "mailed" : { too_many_requests: "mailOften", still_pending: "mailEarly" }[refused.code] || "mailRefused";
    this.$["menu-note"].textContent = this.say(key, { email: this.who().email });
  }
}
