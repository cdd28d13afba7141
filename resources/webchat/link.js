// One socket: session, hello, resume from the cursor, heartbeat, back-off. Whatever happens, it asks again from the cursor.

import { newId } from "./memory.js";

const SILENCE_MS = 40000;
const PATIENCE_MS = 15000;
const text = new TextDecoder();

export class Link {
  constructor(config, memory, on) {
    this.config = config;
    this.memory = memory;
    this.on = on; // state(name), put(type, body), drop(type, id), fresh(puts), pulse(type, body), ready()
    this.tries = 0;
    this.socket = null;
    this.ready = false;
    this.epoch = null;
    this.cursors = {};
    this.pages = [];
    this.asked = new Map();
    this.timer = null;
    this.heart = null;
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.lost());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.hurry());
  }

  start() {
    this.connect();
  }

  token() {
    return this.memory.get("token");
  }

  // The answer to a command, or null where the link was lost first: ask again after the next ready().
  run(type, body, id = newId()) {
    return new Promise((answer) => {
      if (!this.ready) return answer(null);
      this.asked.set(id, answer);
      this.send({ frame: "run", id, type, body });
    });
  }

  pulse(type, body) {
    if (this.ready) this.send({ frame: "pulse", type, body });
  }

  async openSession() {
    try {
      const response = await fetch(`${this.config.base}/session`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: "{}",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (response.ok) this.memory.set("token", (await response.json()).visitor_token);
      return response;
    } catch {
      return null;
    }
  }

  async connect() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.socket || this.opening) return;
    if (!navigator.onLine) return this.on.state("offline");
    this.on.state(this.tries === 0 ? "connecting" : this.tries > 3 ? "busy" : "again");
    if (!this.token()) {
      this.opening = true;
      const response = await this.openSession();
      this.opening = false;
      if (response !== null && (response.status === 404 || response.status === 403)) return this.on.state("closed");
      if (response === null || !response.ok) return this.later();
    }
    this.open();
  }

  open() {
    const address = new URL("/v1/visitor", location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = (this.socket = new WebSocket(address));
    socket.binaryType = "arraybuffer";
    const given = setTimeout(() => socket.close(), PATIENCE_MS);
    socket.onopen = () =>
      this.send({ frame: "hello", versions: [1, 1], token: this.token(), device_id: "web", client: "webchat 1" });
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      clearTimeout(given);
      this.heard = Date.now();
      this.receive(JSON.parse(typeof event.data === "string" ? event.data : text.decode(event.data)));
    };
    socket.onclose = () => {
      clearTimeout(given);
      if (socket === this.socket) this.lost();
    };
  }

  receive(frame) {
    switch (frame.frame) {
      case "welcome":
        if (this.epoch !== frame.epoch) this.cursors = {};
        this.epoch = frame.epoch;
        this.send({ frame: "resume", epoch: this.epoch, cursors: this.cursors });
        this.ready = true;
        this.tries = 0;
        this.beat();
        this.on.state("online");
        return this.on.ready();
      case "snapshot":
        return this.snapshot(frame);
      case "batch":
        for (const commit of frame.commits) this.apply(commit);
        return this.send({ frame: "ack", number: frame.number });
      case "following":
        this.cursors[frame.scope] = frame.seq;
        return undefined;
      case "revoked":
        delete this.cursors[frame.scope];
        return undefined;
      case "result": {
        const answer = this.asked.get(frame.id);
        this.asked.delete(frame.id);
        return answer && answer(frame);
      }
      case "pulsed":
        return this.on.pulse(frame.type, frame.body);
      case "goodbye":
        return this.farewell(frame);
      default:
        return undefined; // a newer server's frame
    }
  }

  snapshot(frame) {
    if (frame.page === 0) this.pages = [];
    this.pages.push(...(frame.puts || []));
    if (frame.last) {
      this.cursors[frame.scope] = frame.seq;
      this.on.fresh(this.pages);
      this.pages = [];
    }
    this.send({ frame: "ack", number: frame.number });
  }

  apply(commit) {
    for (const change of commit.changes) {
      if (change.change === "put") this.on.put(change.type, change.version, change.body);
      else this.on.drop(change.type, change.id);
    }
    for (const [scope, seq] of Object.entries(commit.seqs)) {
      if (scope.startsWith("visitor:")) this.cursors[scope] = seq;
    }
  }

  farewell(frame) {
    if (frame.refused && frame.refused.code === "not_signed_in") this.memory.remove("token");
    this.closedForGood = frame.retry === false && frame.refused.code !== "not_signed_in";
    this.socket.close();
  }

  send(frame) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  beat() {
    clearInterval(this.heart);
    this.heart = setInterval(() => {
      if (Date.now() - this.heard > SILENCE_MS) this.lost();
      else this.send({ frame: "ping", sent: Date.now() });
    }, 14000);
  }

  lost() {
    const socket = this.socket;
    this.socket = null;
    this.ready = false;
    clearInterval(this.heart);
    if (socket) socket.close();
    for (const answer of this.asked.values()) answer(null);
    this.asked.clear();
    if (this.closedForGood) return this.on.state("closed");
    return this.later();
  }

  later() {
    if (!navigator.onLine) return this.on.state("offline");
    this.tries += 1;
    this.on.state(this.tries > 3 ? "busy" : "again");
    const longest = Math.min(30000, 400 * 2 ** Math.min(this.tries, 7));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), longest * (0.5 + Math.random() / 2));
    return undefined;
  }

  hurry() {
    if (!this.socket && !this.closedForGood) this.connect();
  }
}
