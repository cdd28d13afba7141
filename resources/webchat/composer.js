// Where the visitor writes: text that survives a reload, emoji, files, and a counter before a limit bites.

const EMOJI = "😀 😂 😊 😍 😘 🤔 😅 😢 😭 😡 😴 🙄 👍 👎 👌 🙏 👏 💪 👋 🤝 ❤️ 💔 🎉 🔥 ✨ ⭐ ✅ ❌ ❓ ❗ 📞 📱 💻 📶 🛜 📺 💡 📄 📷 💳 💰 🏠 ⏰ 🚀".split(" ");
const COLUMNS = 8;

export class Composer {
  constructor(say, limits, memory, uploads, on) {
    this.say = say;
    this.limits = limits;
    this.memory = memory;
    this.uploads = uploads;
    this.on = on; // send(text, attachments), typing()
    this.busy = false;
    this.open = true;
    for (const id of ["composer", "text", "send", "attach", "picker", "smile", "emoji", "files", "counter"]) this[`$${id}`] = document.getElementById(id);
    this.$fault = document.getElementById("composer-fault");
    this.label();
    this.$text.value = memory.get("draft") || "";
    this.listen();
    this.fillEmoji();
    this.showFiles();
  }

  label() {
    this.$text.placeholder = this.say("write");
    this.$text.setAttribute("aria-label", this.say("write"));
    for (const [element, key] of [[this.$send, "send"], [this.$attach, "attach"], [this.$smile, "emoji"]]) {
      element.setAttribute("aria-label", this.say(key));
      element.title = this.say(key);
    }
    this.$emoji.setAttribute("aria-label", this.say("emoji"));
    this.$picker.accept = this.limits.attachment_types.join(",");
    this.$attach.hidden = this.limits.attachments === 0;
  }

  listen() {
    const touch = matchMedia("(pointer: coarse)").matches;
    this.$text.addEventListener("input", () => {
      this.memory.set("draft", this.$text.value);
      this.resize();
      this.on.typing();
    });
    this.$text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || touch) return;
      event.preventDefault();
      this.submit();
    });
    this.$text.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length === 0) return;
      event.preventDefault();
      this.choose(event.clipboardData.files);
    });
    this.$composer.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.$attach.addEventListener("click", () => this.$picker.click());
    this.$picker.addEventListener("change", () => {
      this.choose(this.$picker.files);
      this.$picker.value = "";
    });
    document.body.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.$composer.classList.toggle("dropping", this.open && [...event.dataTransfer.types].includes("Files"));
    });
    document.body.addEventListener("dragleave", (event) => event.relatedTarget || this.$composer.classList.remove("dropping"));
    document.body.addEventListener("drop", (event) => {
      event.preventDefault();
      this.$composer.classList.remove("dropping");
      if (this.open) this.choose(event.dataTransfer.files);
    });
    this.$smile.addEventListener("click", () => this.showEmoji(this.$emoji.hidden));
    document.addEventListener("click", (event) => {
      if (!this.$emoji.hidden && !this.$emoji.contains(event.target) && !this.$smile.contains(event.target)) this.showEmoji(false, false);
    });
  }

  async submit() {
    const text = this.$text.value.trim();
    if (this.busy || !this.open || (!text && this.uploads.chosen.length === 0) || [...text].length > this.limits.text) return;
    this.fault("");
    let sent = [];
    if (this.uploads.chosen.length > 0) {
      this.hold(true);
      try {
        sent = await this.uploads.all();
      } catch (sentence) {
        this.hold(false);
        this.fault(String(sentence));
        return;
      }
      this.hold(false);
      if (!text && sent.length === 0) return;
    }
    // First into the outbox, then out of the draft: a page that dies between the two shows it twice, never loses it.
    this.on.send(text, sent.map((choice) => choice.uploaded));
    this.$text.value = "";
    this.memory.set("draft", "");
    this.uploads.taken(sent);
    this.$text.focus();
  }

  // Not while a form has to be filled in first, or while the office takes nothing.
  show(open) {
    this.open = open;
    this.$composer.hidden = !open;
    if (open) this.resize();
  }

  hold(busy) {
    this.busy = busy;
    this.$text.readOnly = this.$send.disabled = this.$attach.disabled = busy;
    this.resize();
  }

  choose(files) {
    this.fault(this.uploads.choose([...files]));
    this.$text.focus();
  }

  fault(sentence) {
    this.$fault.textContent = sentence;
  }

  showFiles() {
    this.$files.replaceChildren(...this.uploads.chosen.map((choice) => this.uploads.row(choice, () => this.$text.focus())));
    this.resize();
  }

  resize() {
    this.$text.style.height = "auto";
    this.$text.style.height = `${Math.min(this.$text.scrollHeight, 140)}px`;
    const length = [...this.$text.value.trim()].length;
    const left = this.limits.text - length;
    this.$counter.textContent = left < 0 ? this.say("over", { n: -left }) : left <= 200 ? this.say("left", { n: left }) : "";
    this.$counter.classList.toggle("over", left < 0);
    this.$send.disabled = this.busy || left < 0 || (length === 0 && this.uploads.chosen.length === 0);
  }

  fillEmoji() {
    this.$emoji.append(
      ...EMOJI.map((emoji, index) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = emoji;
        button.tabIndex = index === 0 ? 0 : -1;
        button.addEventListener("click", () => this.insert(emoji));
        return button;
      }),
    );
    this.$emoji.addEventListener("keydown", (event) => {
      const buttons = [...this.$emoji.children];
      const here = buttons.indexOf(document.activeElement);
      const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
      if (event.key === "Escape") {
        event.stopPropagation();
        this.showEmoji(false);
      }
      if (!step || here < 0) return;
      event.preventDefault();
      const next = buttons[Math.min(buttons.length - 1, Math.max(0, here + step))];
      buttons[here].tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
  }

  showEmoji(show, focus = true) {
    this.$emoji.hidden = !show;
    this.$smile.setAttribute("aria-expanded", String(show));
    if (focus) (show ? this.$emoji.querySelector("[tabindex='0']") : this.$text).focus();
  }

  insert(emoji) {
    this.$text.setRangeText(emoji, this.$text.selectionStart, this.$text.selectionEnd, "end");
    this.$text.dispatchEvent(new Event("input"));
    this.showEmoji(false);
  }
}
