// Attachments of messages: shown when they come, fetched with the visitor's token.

export class Files {
  constructor(say, token) {
    this.say = say;
    this.token = token;
    this.blobs = new Map();
  }

  shown(attachment) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "attachment";
    button.setAttribute("aria-label", `${this.say("open", { name: attachment.name })} ${this.say.size(attachment.size)}`);
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = attachment.name;
    const size = document.createElement("span");
    size.className = "size";
    size.textContent = this.say.size(attachment.size);
    button.append(name, " ", size); // read as it is shown: the name that a voice calls it by
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
