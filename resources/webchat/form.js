// The form before the chat: what the account asks, what it requires; remembered, also half filled in.

const MAIL = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;
const PHONE = /^\+?\d{5,17}$/;
const KINDS = {
  name: { autocomplete: "name", maxLength: 100 },
  email: { autocomplete: "email", type: "email", inputMode: "email", maxLength: 254 },
  phone: { autocomplete: "tel", type: "tel", inputMode: "tel", maxLength: 40 },
  topic: { maxLength: 200 },
};

export class Form {
  constructor(config, say, memory, office, done) {
    this.asks = config.form.asks;
    this.topics = config.form.topics;
    this.consent = config.form.consent;
    this.say = say;
    this.memory = memory;
    this.office = office;
    this.done = done; // (text) when it is filled in; the text is that of a message that was left
    this.known = false; // the visitor has written before
    for (const name of ["form", "title", "fields", "fault", "skip", "save"]) this[`$${name}`] = document.getElementById(name === "form" ? "intro" : `intro-${name}`);
    this.$skip.addEventListener("click", () => this.skip());
    this.$form.addEventListener("submit", (event) => (event.preventDefault(), this.submit()));
    this.$form.addEventListener("input", () => memory.set("form", this.values()));
    this.build();
  }

  who() {
    return this.memory.get("who") || {};
  }

  // The fields of now: outside office hours somebody who leaves a message must be found again.
  fields() {
    const asked = Object.entries(this.asks).map(([name, required]) => ({ name, required }));
    if (!this.office.leaving) return asked;
    for (const name of ["email", "name"]) if (!asked.some((one) => one.name === name)) asked.unshift({ name, required: false });
    const reachable = asked.some((one) => one.name === "phone") ? ["name"] : ["name", "email"];
    return asked.map((one) => ({ ...one, required: one.required || reachable.includes(one.name) }));
  }

  // Whether nothing may be written before it is filled in.
  get gate() {
    if (this.office.closed) return false;
    if (this.office.leaving && !this.left && !this.known) return true;
    const who = this.who();
    return this.fields().some((one) => one.required && !who[one.name]) || Boolean(this.consent && !who.consent);
  }

  get offered() {
    return !this.office.closed && !this.known && !this.memory.get("introduced") && this.fields().length > 0;
  }

  build() {
    const kept = { ...this.who(), ...(this.memory.get("form") || {}) };
    const fields = this.fields();
    const leaving = this.office.leaving;
    const mixed = leaving || fields.some((one) => one.required);
    this.$fields.replaceChildren(...fields.map((one) => this.field(one, kept[one.name] || "", mixed)));
    if (leaving) this.$fields.append(this.message(kept.message || ""));
    if (this.consent) this.$fields.append(this.agreement(Boolean(kept.consent)));
    this.$title.textContent = this.say(leaving ? "leaveTitle" : mixed || this.consent ? "introNeeded" : "introTitle");
    this.$skip.textContent = this.say("introSkip");
    this.$save.textContent = this.say(leaving ? "leaveSend" : mixed || this.consent ? "introStart" : "introSave");
  }

  field({ name, required }, value, mixed) {
    const control = name === "topic" && this.topics.length > 0 ? this.select() : Object.assign(document.createElement("input"), KINDS[name]);
    control.dir = "auto";
    return this.labelled(control, name, this.say(`ask.${name}`) + (mixed && !required ? ` ${this.say("optional")}` : ""), value, required);
  }

  labelled(control, name, words, value, required) {
    const label = document.createElement("label");
    const text = document.createElement("span");
    text.textContent = words;
    control.name = name;
    control.value = value;
    control.required = required;
    control.setAttribute("aria-describedby", "intro-fault");
    label.append(text, control);
    return label;
  }

  select() {
    const control = document.createElement("select");
    for (const topic of ["", ...this.topics]) control.append(new Option(topic || this.say("chooseTopic"), topic));
    return control;
  }

  message(value) {
    const control = Object.assign(document.createElement("textarea"), { rows: 4, maxLength: 4096, dir: "auto" });
    const label = this.labelled(control, "message", this.say("leaveText"), value, true);
    label.className = "wide";
    return label;
  }

  agreement(checked) {
    const control = Object.assign(document.createElement("input"), { type: "checkbox", checked });
    const label = this.labelled(control, "consent", this.consent, "yes", true);
    label.className = "wide consent";
    label.prepend(control);
    return label;
  }

  controls() {
    return [...this.$fields.querySelectorAll("input, select, textarea")];
  }

  values() {
    return Object.fromEntries(this.controls().map((one) => [one.name, one.type === "checkbox" ? one.checked : one.value.trim()]));
  }

  // One clear sentence about the first field that is not right, or nothing.
  fault(control) {
    const value = control.type === "checkbox" ? control.checked : control.value.trim();
    if (control.required && !value) return this.say(`need.${control.name}`);
    if (control.name === "email" && value && !MAIL.test(value)) return this.say("wrongMail");
    if (control.name === "phone" && value && !PHONE.test(value.replace(/[\s().\-/]/g, ""))) return this.say("wrongPhone");
    const unreachable = this.office.leaving && control.name === "phone" && !value && !this.values().email;
    return unreachable ? this.say("need.contact") : "";
  }

  submit() {
    const wrong = this.controls().find((one) => this.fault(one));
    for (const one of this.controls()) one.setAttribute("aria-invalid", String(one === wrong));
    this.$fault.textContent = wrong ? this.fault(wrong) : "";
    if (wrong) return wrong.focus();
    const { message = "", ...who } = this.values();
    this.memory.set("who", { ...this.who(), ...who }); // goes with every message from now on
    this.memory.set("introduced", true);
    this.memory.remove("form");
    this.left = this.left || this.office.leaving;
    return this.done(message);
  }

  skip() {
    this.memory.set("introduced", true);
    this.done("");
  }

  // The server misses something that this page did not ask for: its account's settings have changed.
  demand() {
    this.memory.remove("who");
    this.build();
  }

  show(visible) {
    this.$form.hidden = !visible;
    this.$skip.hidden = this.gate;
  }
}
