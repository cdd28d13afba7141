// Puts the parts together: what the link brings goes to the thread, what the composer gives goes to the outbox.

import { Composer } from "./composer.js";
import { Files } from "./files.js";
import { Form } from "./form.js";
import { Link } from "./link.js";
import { Memory, Outbox } from "./memory.js";
import { Office } from "./office.js";
import { Thread } from "./thread.js";
import { Transcript } from "./transcript.js";
import { Uploads } from "./uploads.js";
import { choose, speak } from "./words.js";

const config = JSON.parse(document.getElementById("config").textContent);
const framed = window.parent !== window && new URLSearchParams(location.search).has("embed");
const say = speak(choose(config.locale, config.automatic), config.zone);
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
const greeting = new URLSearchParams(location.search).has("hello") ? config.hello : ""; // what the site's button said first

const files = new Files(say, () => link.token());
const uploads = new Uploads(config, say, memory, () => link.token(), () => composer && composer.showFiles());
const thread = new Thread(say, outbox, files, {
  retry: (id) => (outbox.retry(id), paint(), flush()),
  discard: (id) => (outbox.remove(id), paint()),
  press: (button) => write(button.title, [], { chosen: button.id }),
});
const office = new Office(config, say, () => (form.build(), arrange()));
const form = new Form(config, say, memory, office, (text) => {
  if (text) write(text, []);
  for (const entry of outbox.all()) if (entry.failed && entry.failed.code === "invalid_field") outbox.retry(entry.message_id);
  arrange();
  paint();
  flush();
  if (composer.open) $("text").focus();
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
    form.known = thread.messages.size > 0; // we know each other
    arrange();
    soon();
  },
  pulse: showTyping,
});
let composer = null;
composer = new Composer(say, config.limits, memory, uploads, {
  send: (text, attachments) => write(text, attachments),
  typing: () => {
    if (Date.now() - typedAt < 3000) return;
    typedAt = Date.now();
    link.pulse("Typing", { conversation_id: "" });
  },
});
const transcript = new Transcript(config, say, thread, () => form.who(), (type, body) => link.run(type, body));

function write(text, attachments, more = {}) {
  const greeted = greeting && thread.messages.size === 0 ? { greeted: true } : {};
  outbox.add(text, attachments, { ...greeted, ...more });
  $("menu-note").textContent = "";
  paint();
  flush();
}

// What stands on the page: the form where one is due, the field to write in where something may be written.
function arrange() {
  const gate = form.gate;
  form.show(gate || form.offered);
  composer.show(!gate && !office.closed);
  $("office").textContent = form.left && office.leaving ? say("leftMessage") : office.notice();
  $("greeting").hidden = !office.open && !greeting;
  $("scroller").classList.toggle("asking", gate);
}

// In order, one at a time: the next goes out when the server has stored the one before.
async function flush() {
  if (inFlight) return;
  const entry = outbox.all().find((one) => !one.failed && !one.accepted);
  if (!entry || !link.ready) return;
  inFlight = entry.message_id;
  paint();
  const body = { message_id: entry.message_id, text: entry.text, attachments: entry.attachments, ...said(form.who()), ...(entry.more || {}) };
  const result = await link.run("Say", body, entry.message_id);
  inFlight = null;
  if (result === null) return paint(); // the link was lost: asked again when it is back, under the same id
  if (!result.refused) outbox.memory.set(`out:${entry.message_id}`, { ...entry, accepted: true });
  else if (PASSING.has(result.refused.code)) return void setTimeout(flush, 1000 * ((result.refused.args || {}).seconds || 2));
  else {
    outbox.fail(entry.message_id, result.refused);
    if (result.refused.code === "invalid_field") (form.demand(), arrange());
    if (result.refused.code === "channel_inactive") office.ask();
  }
  if (!result.refused) settle(entry.message_id);
  paint();
  flush();
}

function said(who) {
  return Object.fromEntries(Object.entries(who).filter(([name, value]) => value && name !== "message"));
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
  transcript.paint();
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

// Inside a frame the focus stays in the panel until it is closed.
function trap(event) {
  if (!framed || event.key !== "Tab") return;
  const all = [...document.querySelectorAll("button, input, select, textarea, a[href], [tabindex='0']")];
  const reachable = all.filter((one) => !one.disabled && one.tabIndex >= 0 && one.checkVisibility());
  const [first, last] = [reachable[0], reachable[reachable.length - 1]];
  const leaves = event.shiftKey ? document.activeElement === first || document.activeElement === document.body : document.activeElement === last;
  if (!leaves || !first) return;
  event.preventDefault();
  (event.shiftKey ? last : first).focus();
}

function escape(event) {
  if (event.key !== "Escape") return;
  if (transcript.open) transcript.show(false);
  else tell({ close: true });
}

function begin() {
  const target = form.gate ? $("intro-fields").querySelector("input, select, textarea") : composer.open ? $("text") : framed ? $("close") : null;
  if (target) target.focus();
}

const colours = { "--accent": config.palette.accent, "--on-accent": config.palette.on_accent, "--shape-light": config.palette.shape, "--shape-dark": config.palette.shape_dark };
for (const [name, value] of Object.entries(colours)) document.documentElement.style.setProperty(name, value);
document.documentElement.lang = say.language;
$("greeting").textContent = greeting || config.greeting || say("greeting");
if (config.logo) $("mark").replaceChildren(config.logo);
$("close").setAttribute("aria-label", say("close"));
$("close").hidden = !framed;
$("close").addEventListener("click", () => tell({ close: true }));
document.body.classList.toggle("framed", framed);
document.addEventListener("visibilitychange", seenAll);
document.addEventListener("keydown", escape);
document.addEventListener("keydown", trap);
addEventListener("storage", paint);
addEventListener("message", (event) => {
  if (event.source !== window.parent || !event.data || event.data.omnixChat !== config.route) return;
  shown = event.data.shown === true;
  if (shown) begin();
  seenAll();
});
arrange();
paint();
thread.toEnd();
link.start();
tell({ loaded: true });
if (!matchMedia("(pointer: coarse)").matches && !framed) begin();
