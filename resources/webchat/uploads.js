// Files on their way out: checked before anything leaves, uploaded at once with progress, tried again by hand.
// What has arrived survives a reload; it waits beside the draft until it is sent.

export class Uploads {
  constructor(config, say, memory, token, changed) {
    this.limits = config.limits;
    this.say = say;
    this.memory = memory;
    this.token = token;
    this.changed = changed; // () => shown again
    this.chosen = (memory.get("files") || []).map((uploaded) => ({ name: uploaded.name, size: uploaded.size, type: uploaded.media_type, uploaded, done: 1, failed: "" }));
  }

  // Adds what may be sent; the sentence says what may not, and why.
  choose(files) {
    const faults = [];
    for (const file of files) {
      const fault = this.fault(file);
      if (fault) faults.push(fault);
      else {
        const choice = { name: file.name, size: file.size, type: file.type, file, uploaded: null, done: 0, failed: "" };
        this.chosen.push(choice);
        this.start(choice);
      }
    }
    this.changed();
    return faults.join(" ");
  }

  fault(file) {
    const { attachments, attachment_bytes: limit, attachment_types: types } = this.limits;
    if (this.chosen.length >= attachments) return this.say("tooMany", { n: attachments });
    if (file.size === 0) return this.say("emptyFile", { name: file.name });
    if (file.size > limit) return this.say("tooBig", { name: file.name, size: this.say.size(file.size), limit: this.say.size(limit) });
    const fits = types.some((type) => (type.endsWith("/*") ? file.type.startsWith(type.slice(0, -1)) : file.type === type));
    return fits ? "" : this.say("wrongType", { name: file.name });
  }

  remove(choice) {
    this.chosen = this.chosen.filter((one) => one !== choice);
    if (choice.request) choice.request.abort();
    this.keep();
  }

  taken(sent) {
    this.chosen = this.chosen.filter((choice) => !sent.includes(choice));
    this.keep();
  }

  keep() {
    this.memory.set("files", this.chosen.map((choice) => choice.uploaded).filter(Boolean));
    this.changed();
  }

  // Those chosen by now, once all are there; throws the sentence of the first that is not.
  // What is dropped or pasted meanwhile waits for the next message, what is removed meanwhile does not go.
  async all() {
    const choices = [...this.chosen];
    await Promise.all(choices.map((choice) => (choice.uploaded ? null : choice.running || this.start(choice))));
    const sent = choices.filter((choice) => this.chosen.includes(choice));
    const failed = sent.find((choice) => !choice.uploaded);
    if (failed) throw failed.failed;
    return sent;
  }

  start(choice) {
    choice.failed = "";
    choice.done = 0;
    choice.running = this.send(choice).then((failed) => {
      choice.failed = failed;
      choice.running = choice.request = null;
      this.keep();
    });
    this.changed();
    return choice.running;
  }

  // Resolves to the sentence of what went wrong, or to nothing.
  send(choice) {
    const lost = this.say("uploadFailed", { name: choice.name });
    if (!this.token()) return Promise.resolve(lost);
    return new Promise((ended) => {
      const request = (choice.request = new XMLHttpRequest());
      request.open("POST", "/v1/files");
      request.responseType = "json";
      request.setRequestHeader("Authorization", `Bearer ${this.token()}`);
      request.setRequestHeader("Content-Type", choice.type || "application/octet-stream");
      request.setRequestHeader("X-File-Name", encodeURIComponent(choice.name));
      request.upload.onprogress = (event) => {
        choice.done = event.lengthComputable ? event.loaded / event.total : 0;
        this.changed();
      };
      request.onload = () => {
        const answer = request.response || {};
        if (request.status >= 200 && request.status < 300) choice.uploaded = answer;
        if (choice.uploaded) ended("");
        else ended(request.status >= 500 ? lost : this.say("uploadRefused", { name: choice.name, reason: this.say.reason(answer.refused) }));
      };
      request.onerror = request.onabort = () => ended(lost);
      request.send(choice.file);
    });
  }

  // One row of a list: what it is, how far it is, and what can be done about it.
  row(choice, focus) {
    const row = document.createElement("li");
    row.className = choice.failed ? "failed" : "";
    const part = (className, text) => {
      const element = document.createElement("span");
      element.className = className;
      element.textContent = text;
      row.append(element);
    };
    part("name", choice.name);
    part("size", `${this.say.size(choice.size)} · ${(choice.type.split("/")[1] || "").slice(0, 12)}`);
    if (choice.running) {
      const progress = document.createElement("progress");
      progress.max = 1;
      progress.value = choice.done;
      progress.setAttribute("aria-label", this.say("uploading", { name: choice.name }));
      row.append(progress);
    }
    const act = (text, label, className, run) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = className;
      button.textContent = text;
      button.setAttribute("aria-label", label);
      button.addEventListener("click", () => (run(), focus()));
      row.append(button);
    };
    if (choice.failed) {
      part("why", choice.failed);
      if (choice.file) act(this.say("uploadAgain"), `${this.say("uploadAgain")}: ${choice.name}`, "link-button", () => this.start(choice));
    }
    act("×", this.say("remove", { name: choice.name }), "icon small", () => this.remove(choice));
    return row;
  }
}
