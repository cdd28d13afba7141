// What must survive a reload: the visitor's token, the draft, and everything that is not yet with the server.
// Each waiting message has a key of its own, so that two tabs never overwrite one another.

export class Memory {
  constructor(route) {
    this.prefix = `omnix-chat:${route}:`;
    this.store = usable() || new Map();
  }

  get(key) {
    const text = this.store instanceof Map ? this.store.get(this.prefix + key) : this.store.getItem(this.prefix + key);
    if (text == null) return null;
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  set(key, value) {
    const text = JSON.stringify(value);
    if (this.store instanceof Map) this.store.set(this.prefix + key, text);
    else {
      try {
        this.store.setItem(this.prefix + key, text);
      } catch {
        const copy = new Map(Object.entries(this.store)); // full: from now on this page remembers by itself
        copy.set(this.prefix + key, text);
        this.store = copy;
      }
    }
  }

  remove(key) {
    if (this.store instanceof Map) this.store.delete(this.prefix + key);
    else this.store.removeItem(this.prefix + key);
  }

  keys(start) {
    const all = this.store instanceof Map ? [...this.store.keys()] : Object.keys(this.store);
    const wanted = this.prefix + start;
    return all.filter((key) => key.startsWith(wanted)).map((key) => key.slice(this.prefix.length));
  }
}

export class Outbox {
  constructor(memory) {
    this.memory = memory;
  }

  // In the order in which they were written: the ids begin with the time.
  all() {
    const entries = this.memory.keys("out:").map((key) => this.memory.get(key));
    return entries.filter(Boolean).sort((a, b) => (a.at - b.at) || (a.message_id < b.message_id ? -1 : 1));
  }

  // `more` goes out with it: what was chosen, whether it answers the page's greeting.
  add(text, attachments, more = {}) {
    const entry = { message_id: newId(), text, attachments, more, at: Date.now(), failed: null };
    this.memory.set(`out:${entry.message_id}`, entry);
    return entry;
  }

  fail(messageId, refused) {
    const entry = this.memory.get(`out:${messageId}`);
    if (entry) this.memory.set(`out:${messageId}`, { ...entry, failed: refused });
  }

  retry(messageId) {
    const entry = this.memory.get(`out:${messageId}`);
    if (!entry) return;
    // A refusal is a stored result: what is sent again is a new message.
    this.memory.remove(`out:${messageId}`);
    this.add(entry.text, entry.attachments, entry.more);
  }

  remove(messageId) {
    this.memory.remove(`out:${messageId}`);
  }
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let now = Date.now();
  for (let i = 5; i >= 0; i--) {
    bytes[i] = now % 256;
    now = Math.floor(now / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function usable() {
  try {
    localStorage.setItem("omnix-chat:probe", "1");
    localStorage.removeItem("omnix-chat:probe");
    return localStorage;
  } catch {
    return null; // a browser that keeps nothing for a page in a frame
  }
}
