// Puts the parts together: what the link brings goes to the thread, what the composer gives goes to the outbox.

import { Composer } from "./composer.js";
import { Files } from "./files.js";
import { Link } from "./link.js";
import { Memory, Outbox } from "./memory.js";
import { Thread } from "./thread.js";
import { choose, speak } from "./words.js";

const config = JSON.parse(document.getElementById("config").textContent);
const framed = window.parent !== window && new URLSearchParams(location.search).has("embed");
const say = speak(choose(config.locale));
const memory = new Memory(config.route);
const outbox = new Outbox(memory);
const $ = (id) => document.getElementById(id);
const title = document.title;
const PASSING = new Set(["unavailable", "too_many_requests"]);

let shown = !framed;
let inFlight = null;
let typedAt = 0;
let typingTimer = null;
let unseen = 0;
const receipts = new Set();

const files = new Files(config, say, () => link.token());
const thread = new Thread(say, outbox, files, {
  retry: (id) => (outbox.retry(id), paint(), flush()),
  discard: (id) => (outbox.remove(id), paint()),
});
const link = new Link(config, memory, {
  state: showState,
  ready: () => (receipts.clear(), flush()),
  put: (type, version, body) => {
    if (type !== "PublicMessage") return;
    if (!thread.messages.has(body.id) && body.direction === "out") arrived();
    thread.put(body.id, version, body);
    soon();
  },
  drop: (_, id) => (thread.drop(id), soon()),
  fresh: (puts) => {
    thread.fresh(puts);
    if (thread.messages.size > 0) $("intro").hidden = true; // we know each other
    soon();
  },
  pulse: showTyping,
});
const composer = new Composer(say, config.limits, memory, files, {
  send: (text, attachments) => (outbox.add(text, attachments), paint(), flush()),
  typing: () => {
    if (Date.now() - typedAt < 3000) return;
    typedAt = Date.now();
    link.pulse("Typing", { conversation_id: "" });
  },
});

// In order, one at a time: the next goes out when the server has stored the one before.
async function flush() {
  if (inFlight) return;
  const entry = outbox.all().find((one) => !one.failed && !one.accepted);
  if (!entry || !link.ready) return;
  inFlight = entry.message_id;
  paint();
  const body = { message_id: entry.message_id, text: entry.text, attachments: entry.attachments, ...(memory.get("who") || {}) };
  const result = await link.run("Say", body, entry.message_id);
  inFlight = null;
  if (result === null) return paint(); // the link was lost: asked again when it is back, under the same id
  if (!result.refused) outbox.memory.set(`out:${entry.message_id}`, { ...entry, accepted: true });
  else if (PASSING.has(result.refused.code)) return void setTimeout(flush, 1000 * ((result.refused.args || {}).seconds || 2));
  else outbox.fail(entry.message_id, result.refused);
  if (!result.refused) settle(entry.message_id);
  paint();
  flush();
}

// The message itself comes with the scope; until then the waiting one stands for it, as sent.
function settle(messageId) {
  const there = [...thread.messages.values()].some((one) => one.body.said_as === messageId);
  if (there) outbox.remove(messageId);
}

let due = 0;
function soon() {
  if (!due) due = requestAnimationFrame(() => ((due = 0), paint()));
  if (document.visibilityState !== "visible") setTimeout(paint, 0); // no frames are drawn in a hidden page
}

function paint() {
  thread.paint(inFlight);
  acknowledge();
}

function visible() {
  return shown && document.visibilityState === "visible";
}

function acknowledge() {
  if (!link.ready) return;
  const state = visible() ? "read" : "delivered";
  const ids = thread.owed(state).filter((id) => !receipts.has(`${state}:${id}`)).slice(0, 100);
  if (ids.length === 0) return;
  for (const id of ids) receipts.add(`${state}:${id}`);
  link.run("Seen", { message_ids: ids, read: state === "read" });
}

function arrived() {
  showTyping(null);
  if (visible()) return;
  unseen += 1;
  document.title = `(${unseen}) ${title}`;
  tell({ unseen });
}

function seenAll() {
  if (!visible()) return;
  unseen = 0;
  document.title = title;
  tell({ unseen });
  acknowledge();
}

function showState(state) {
  $("link").dataset.state = state;
  $("link-text").textContent = say(state);
}

function showTyping(type, body) {
  clearTimeout(typingTimer);
  $("typing").textContent = type === "Typing" ? say("typing", { name: body.name || say("agent") }) : "";
  if (type === "Typing") {
    typingTimer = setTimeout(() => showTyping(null), 6000);
    if (thread.stuck) thread.toEnd();
  }
}

function tell(what) {
  if (framed) window.parent.postMessage({ omnixChat: config.route, ...what }, "*");
}

function introduce() {
  const form = $("intro");
  for (const [id, key] of [["intro-title", "introTitle"], ["intro-name", "introName"], ["intro-mail", "introMail"], ["intro-skip", "introSkip"], ["intro-save", "introSave"]]) $(id).textContent = say(key);
  form.hidden = Boolean(memory.get("introduced"));
  const done = () => (memory.set("introduced", true), (form.hidden = true), $("text").focus());
  $("intro-skip").addEventListener("click", done);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [name, mail] = [form.elements.name.value.trim(), form.elements.email.value.trim()];
    const wrong = mail !== "" && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(mail);
    form.elements.email.setAttribute("aria-invalid", String(wrong));
    if (wrong) return void ($("intro-fault").textContent = say("introWrong"));
    memory.set("who", { name, email: mail }); // goes with the next message
    done();
  });
}

// The page in the company's colour, with letters on it that can be read.
function colour(value) {
  if (!/^#[0-9a-fA-F]{6}$/.test(value || "")) return;
  const light = (part) => ((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))(parseInt(value.slice(part, part + 2), 16) / 255);
  const luminance = 0.2126 * light(1) + 0.7152 * light(3) + 0.0722 * light(5);
  document.documentElement.style.setProperty("--accent", value);
  document.documentElement.style.setProperty("--on-accent", 1.05 / (luminance + 0.05) >= 4.5 ? "#ffffff" : "#10151d");
}

document.documentElement.lang = say.language;
$("greeting").textContent = config.greeting || say("greeting");
$("close").setAttribute("aria-label", say("close"));
$("close").hidden = !framed;
$("close").addEventListener("click", () => tell({ close: true }));
document.body.classList.toggle("framed", framed);
document.addEventListener("visibilitychange", seenAll);
document.addEventListener("keydown", (event) => event.key === "Escape" && tell({ close: true }));
addEventListener("storage", paint);
addEventListener("message", (event) => {
  if (event.source !== window.parent || !event.data || event.data.omnixChat !== config.route) return;
  shown = event.data.shown === true;
  if (shown) $("text").focus();
  seenAll();
});
colour(config.colour);
introduce();
paint();
thread.toEnd();
link.start();
tell({ loaded: true });
if (!matchMedia("(pointer: coarse)").matches && !framed) composer.$text.focus();
