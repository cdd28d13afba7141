// The conversation as the visitor sees it: what the server has, in its order, then what waits here.

const HAND_MS = 1500; // a flick goes on for a while

export class Thread {
  constructor(say, outbox, files, on) {
    this.say = say;
    this.outbox = outbox;
    this.files = files;
    this.on = on; // retry(id), discard(id), press(button)
    this.messages = new Map(); // id -> {version, body}
    this.rows = new Map(); // key -> {element, signature}
    this.list = document.getElementById("thread");
    this.scroller = document.getElementById("scroller");
    this.newest = document.getElementById("newest");
    document.getElementById("log").setAttribute("aria-label", say("thread"));
    this.newest.textContent = say("newest");
    this.newest.addEventListener("click", () => this.toEnd(true));
    const watch = new ResizeObserver(() => this.stuck && this.toEnd());
    watch.observe(this.scroller);
    watch.observe(this.list); // a picture that arrives makes it longer
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    for (const name of ["wheel", "touchmove", "keydown", "pointerdown"]) this.scroller.addEventListener(name, () => (this.hand = Date.now()), { passive: true });
    this.hand = 0;
    this.stuck = true;
    this.last = 0;
  }

  put(id, version, body) {
    const known = this.messages.get(id);
    if (!known || known.version < version) this.messages.set(id, { version, body });
  }

  drop(id) {
    this.messages.delete(id);
  }

  fresh(puts) {
    this.messages.clear();
    for (const put of puts) if (put.type === "PublicMessage") this.put(put.id, put.version, put.body);
  }

  // Agents' messages whose receipt is still owed.
  owed(state) {
    const rank = { sent: 1, delivered: 2, read: 3 };
    return [...this.messages].filter(([, m]) => m.body.direction === "out" && (rank[m.body.state] || 0) < rank[state]).map(([id]) => id);
  }

  paint(inFlight) {
    const wasAtEnd = this.stuck;
    const items = this.items(inFlight);
    const keys = new Set(items.map((item) => item.key));
    for (const [key, row] of this.rows) {
      if (!keys.has(key)) {
        row.element.remove();
        this.rows.delete(key);
      }
    }
    let before = null;
    let grew = false;
    for (const item of items) {
      const row = this.rows.get(item.key);
      let element = row && row.element;
      if (!row) {
        element = document.createElement("li");
        this.rows.set(item.key, { element, signature: "" });
        grew = grew || item.kind === "message";
      }
      const signature = JSON.stringify(item);
      if (this.rows.get(item.key).signature !== signature) {
        this.fill(element, item);
        this.rows.get(item.key).signature = signature;
      }
      const place = before ? before.nextSibling : this.list.firstChild;
      if (element !== place) this.list.insertBefore(element, place);
      before = element;
    }
    const mine = items.length > 0 && items[items.length - 1].mine;
    if (grew && (wasAtEnd || mine)) this.toEnd();
    else if (grew) this.newest.hidden = false;
  }

  items(inFlight) {
    const known = [...this.messages.values()].map((m) => m.body).sort((a, b) => a.position - b.position);
    const arrived = new Set(known.map((body) => body.said_as).filter(Boolean));
    const waiting = this.outbox.all().filter((entry) => !arrived.has(entry.message_id));
    const read = readUntil(known);
    const items = [];
    let day = "";
    let author = "";
    const add = (item, at) => {
      const of = this.say.day(at);
      if (of !== day) {
        items.push({ kind: "day", key: `day:${of}`, text: of });
        day = of;
        author = "";
      }
      item.first = item.author !== author;
      author = item.author;
      items.push(item);
    };
    for (const body of known) {
      const mine = body.direction === "in";
      const at = new Date(body.at);
      add({
        kind: "message", key: mine && body.said_as ? body.said_as : body.id, mine, text: body.text || "",
        attachments: body.attachments || [], author: mine ? "" : body.author_name || this.say("agent"),
        time: this.say.time(at), state: mine ? (body.position <= read ? "read" : "sent") : "",
        buttons: body.buttons || [], live: body === known[known.length - 1] && waiting.length === 0,
      }, at);
    }
    for (const entry of this.outbox.all()) {
      if (arrived.has(entry.message_id)) {
        this.outbox.remove(entry.message_id); // it is there: nothing waits any more
        continue;
      }
      const at = new Date(entry.at);
      add({
        kind: "message", key: entry.message_id, mine: true, text: entry.text, attachments: entry.attachments, author: "",
        time: this.say.time(at), state: entry.failed ? "failed" : entry.accepted ? "sent" : inFlight === entry.message_id ? "sending" : "waiting",
        failed: entry.failed ? this.say.reason(entry.failed) : "",
      }, at);
    }
    for (const [index, item] of items.entries()) {
      const next = items[index + 1];
      item.quiet = Boolean(next && !next.first && next.kind === "message" && next.time === item.time && next.state === item.state && !item.failed);
    }
    return items;
  }

  fill(element, item) {
    element.replaceChildren();
    if (item.kind === "day") {
      element.className = "day";
      element.append(span("", item.text));
      return;
    }
    element.className = `message ${item.mine ? "mine" : "theirs"} ${item.first ? "first" : ""} ${item.state}`;
    const author = span("author", item.mine ? this.say("you") : item.author);
    if (item.mine || !item.first) author.classList.add("unseen");
    const bubble = document.createElement("div");
    bubble.className = "bubble";
    if (item.text) {
      const text = document.createElement("p");
      text.dir = "auto";
      linked(text, item.text);
      bubble.append(text);
    }
    for (const attachment of item.attachments) bubble.append(this.files.shown(attachment));
    const choices = item.mine ? null : this.choices(item);
    const foot = document.createElement("p");
    foot.className = "foot";
    foot.append(span("time", item.time));
    if (item.state) foot.append(span("state", item.failed ? `${this.say("failed")}: ${item.failed}` : this.say(item.state)));
    if (item.quiet) foot.classList.add("unseen"); // the one below says the same
    element.append(author, bubble, ...(choices ? [choices] : []), foot);
    if (item.failed) {
      const row = document.createElement("p");
      row.className = "foot";
      row.append(button(this.say("retry"), () => this.on.retry(item.key)), button(this.say("discard"), () => this.on.discard(item.key)));
      element.append(row);
    }
  }

  // What may be chosen; once anything was said after it, it is history.
  choices(item) {
    if (item.buttons.length === 0) return null;
    const row = document.createElement("div");
    row.className = "choices";
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", this.say("choices"));
    for (const choice of item.buttons) {
      if (/^(https?:|tel:|mailto:)/i.test(choice.url || "")) {
        const link = document.createElement("a");
        link.className = "choice";
        link.href = choice.url;
        link.target = "_blank";
        link.rel = "noopener noreferrer nofollow";
        link.textContent = choice.title;
        row.append(link);
      } else {
        const press = button(choice.title, () => this.on.press(choice));
        press.className = "choice";
        press.disabled = !item.live;
        row.append(press);
      }
    }
    return row;
  }

  // Only a hand that moves up lets go of the end: content that grows, or shrinks and grows again, does not.
  scrolled() {
    if (this.atEnd()) {
      this.stuck = true;
      this.newest.hidden = true;
    } else if (this.scroller.scrollTop < this.last && Date.now() - this.hand < HAND_MS) this.stuck = false;
    this.last = this.scroller.scrollTop;
  }

  atEnd() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 60;
  }

  toEnd(smooth = false) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth && !calm ? "smooth" : "instant" });
    this.newest.hidden = true;
    this.stuck = true;
  }
}

// The last place that the company has certainly read: told by a receipt, or by an answer.
function readUntil(known) {
  return known.filter((body) => body.direction === "out" || body.state === "read").reduce((last, body) => Math.max(last, body.position), 0);
}

function span(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

function button(text, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "link-button";
  element.textContent = text;
  element.addEventListener("click", act);
  return element;
}

// Text stays text; only what begins with http(s):// becomes a link.
function linked(element, text) {
  let end = 0;
  for (const found of text.matchAll(/https?:\/\/[^\s<>"']+/g)) {
    const address = found[0].replace(/[.,;:!?)\]]+$/, "");
    element.append(text.slice(end, found.index));
    const link = document.createElement("a");
    link.href = address;
    link.textContent = address;
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
    element.append(link);
    end = found.index + address.length;
  }
  element.append(text.slice(end));
}
