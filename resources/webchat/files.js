// Attachments: chosen and checked before anything is sent, uploaded with the visitor's token, shown when they come.

export class Files {
  constructor(config, say, token) {
    this.limits = config.limits;
    this.say = say;
    this.token = token;
    this.chosen = [];
    this.blobs = new Map();
  }

  // Adds what may be sent; the sentence says what may not, and why.
  choose(files) {
    const faults = [];
    for (const file of files) {
      const fault = this.fault(file);
      if (fault) faults.push(fault);
      else this.chosen.push({ file, uploaded: null });
    }
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
  }

  // Uploads what is not uploaded yet. Returns the attachments, or throws a sentence.
  async upload(progress) {
    for (const choice of this.chosen) {
      if (choice.uploaded) continue;
      progress(this.say("uploading", { name: choice.file.name }));
      choice.uploaded = await this.uploadOne(choice.file);
    }
    return this.chosen.map((choice) => choice.uploaded);
  }

  async uploadOne(file) {
    let response;
    try {
      response = await fetch("/v1/files", {
        method: "POST",
        headers: {
          Authorization: `Bearer ${this.token()}`,
          "Content-Type": file.type || "application/octet-stream",
          "X-File-Name": encodeURIComponent(file.name),
        },
        body: file,
      });
    } catch {
      throw this.say("uploadFailed", { name: file.name });
    }
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    if (response.status >= 500) throw this.say("uploadFailed", { name: file.name });
    throw this.say("uploadRefused", { name: file.name, reason: this.say.reason(answer.refused) });
  }

  shown(attachment) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "attachment";
    button.setAttribute("aria-label", `${this.say("open", { name: attachment.name })}, ${this.say.size(attachment.size)}`);
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = attachment.name;
    const size = document.createElement("span");
    size.className = "size";
    size.textContent = this.say.size(attachment.size);
    button.append(name, size);
    if (/^image\/(png|jpeg|gif|webp)$/.test(attachment.media_type)) this.preview(button, attachment);
    button.addEventListener("click", () => this.download(attachment));
    return button;
  }

  async preview(button, attachment) {
    const address = await this.address(attachment);
    if (!address) return;
    const image = document.createElement("img");
    image.alt = "";
    image.src = address;
    button.classList.add("picture");
    button.prepend(image);
  }

  async download(attachment) {
    const address = await this.address(attachment);
    if (!address) return;
    const link = document.createElement("a");
    link.href = address;
    link.download = attachment.name;
    link.click();
  }

  async address(attachment) {
    if (this.blobs.has(attachment.file_id)) return this.blobs.get(attachment.file_id);
    try {
      const response = await fetch(`/v1/files/${attachment.file_id}`, { headers: { Authorization: `Bearer ${this.token()}` } });
      if (!response.ok) return null;
      this.blobs.set(attachment.file_id, URL.createObjectURL(await response.blob()));
      return this.blobs.get(attachment.file_id);
    } catch {
      return null;
    }
  }
}
