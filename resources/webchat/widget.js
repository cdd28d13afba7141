// <script src="https://…/chat/ROUTE/widget.js" async></script>: a button on any page that opens the chat in a frame.

(() => {
  const config = "{{config}}"; // the account's, put in by the server
  const script = document.currentScript;
  const base = new URL(script.src).href.replace(/\/widget\.js.*$/, "");
  const origin = new URL(base).origin;
  const route = base.split("/").pop();
  const mark = `omnix-chat:${route}`;
  if (document.getElementById(mark)) return;

  const chosen = config.language === "auto" ? document.documentElement.lang || navigator.language || "id" : config.language;
  const language = (script.dataset.lang || chosen).slice(0, 2).toLowerCase();
  const words = language === "en"
    ? { open: "Open the chat", close: "Close the chat", frame: "Chat", dismiss: "Dismiss the greeting", hello: "Greeting" }
    : { open: "Buka chat", close: "Tutup chat", frame: "Chat", dismiss: "Tutup sapaan", hello: "Sapaan" };
  const side = config.position === "left" ? "left" : "right";
  const scheme = { light: "light", dark: "dark" }[config.theme] || "light dark";

  const host = document.createElement("div");
  host.id = mark;
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; position: fixed; ${side}: 20px; bottom: 20px; z-index: 2147483000; color-scheme: ${scheme}; font: 15px/1.45 system-ui, sans-serif; }
    .launch { width: 56px; height: 56px; border: 1px solid ${config.letters}; border-radius: 28px; cursor: pointer; color: ${config.letters}; padding: 13px;
      background: ${config.accent}; box-shadow: 0 6px 24px rgb(16 24 40 / .28); display: block; position: relative; margin-${side === "left" ? "right" : "left"}: auto; }
    button:focus-visible { outline: 3px solid #fff; outline-offset: 0; box-shadow: 0 0 0 6px #10151d; }
    svg { width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
    .count { position: absolute; top: -4px; right: -4px; min-width: 20px; height: 20px; border-radius: 10px; background: #c0362c;
      color: #fff; font: 600 12px/20px system-ui, sans-serif; text-align: center; padding: 0 5px; box-sizing: border-box; }
    .count:empty { display: none; }
    .hello { display: flex; align-items: flex-start; gap: 4px; width: max-content; max-width: min(300px, calc(100vw - 40px)); margin-bottom: 12px; box-sizing: border-box;
      padding: 4px 4px 4px 0; border-radius: 14px; background: light-dark(#ffffff, #161d27); color: light-dark(#1b2430, #e8edf4);
      box-shadow: 0 8px 32px rgb(16 24 40 / .28); border: 1px solid light-dark(#d5dae1, #34435a); animation: rise .25s ease-out; }
    .hello button { border: 0; background: none; color: inherit; font: inherit; cursor: pointer; text-align: start; border-radius: 10px; }
    .hello .say { padding: 8px 6px 8px 14px; overflow-wrap: anywhere; }
    .hello .away { flex: none; width: 32px; height: 32px; font-size: 20px; line-height: 1; text-align: center; padding: 0; }
    .hello[hidden] { display: none; }
    @keyframes rise { from { opacity: 0; transform: translateY(8px); } }
    @media (prefers-reduced-motion: reduce) { .hello { animation: none; } }
    iframe { position: fixed; ${side}: 20px; bottom: 88px; width: min(384px, calc(100vw - 40px)); height: min(640px, calc(100dvh - 108px)); border: 0;
      border-radius: 16px; box-shadow: 0 16px 48px rgb(16 24 40 / .32); background: light-dark(#fff, #161d27); color-scheme: ${scheme}; }
    iframe[hidden] { display: none; }
    @media (max-width: 480px), (max-height: 420px) { iframe { inset: 0; width: 100%; height: 100%; border-radius: 0; } .open .launch { display: none; } }
    @media print { :host { display: none; } }
  `);
  root.adoptedStyleSheets = [sheet];

  function make(tag, parent, attributes = {}, text = "") {
    const svg = tag === "svg" || tag === "path";
    const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text) element.textContent = text;
    parent.append(element);
    return element;
  }

  const holder = make("div", root);
  const button = make("button", holder, { type: "button", class: "launch", "aria-label": words.open, "aria-expanded": "false" });
  const bubble = "M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-4.5 4v-4A2.5 2.5 0 0 1 4 13.5z";
  make("path", make("svg", button, { viewBox: "0 0 24 24", "aria-hidden": "true" }), { d: bubble });
  const count = make("span", button, { class: "count", role: "status" });
  let frame = null;
  let hello = null;
  let greeted = false;
  let open = false;

  const remember = (name, value) => {
    try {
      return value === undefined ? localStorage.getItem(mark + name) : localStorage.setItem(mark + name, value);
    } catch {
      return null;
    }
  };

  function load() {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.title = words.frame;
    frame.hidden = true;
    frame.allow = "clipboard-write";
    frame.src = `${base}?embed=1&lang=${encodeURIComponent(language)}${greeted ? "&hello=1" : ""}`;
    holder.prepend(frame);
  }

  function show(wanted) {
    open = wanted;
    if (wanted) load();
    if (wanted && hello) dismiss();
    if (frame) frame.hidden = !wanted;
    holder.className = wanted ? "open" : "";
    button.setAttribute("aria-expanded", String(wanted));
    button.setAttribute("aria-label", wanted ? words.close : words.open);
    if (wanted) remember("", "opened");
    tell();
    if (wanted) frame.focus();
    else button.focus({ preventScroll: true });
  }

  function tell() {
    if (frame && frame.contentWindow) frame.contentWindow.postMessage({ omnixChat: route, shown: open }, origin);
  }

  // The account greets first: once for each visitor, beside the button, and nothing is stored unless it is answered.
  function greet() {
    if (open || frame || remember(":hello")) return;
    remember(":hello", "shown");
    greeted = true;
    hello = document.createElement("div");
    for (const [name, value] of [["class", "hello"], ["role", "region"], ["aria-label", words.hello], ["aria-live", "polite"]]) hello.setAttribute(name, value);
    holder.prepend(hello);
    const say = make("button", hello, { type: "button", class: "say", dir: "auto" });
    const away = make("button", hello, { type: "button", class: "away", "aria-label": words.dismiss }, "×");
    setTimeout(() => (say.textContent = config.hello), 50); // a live region tells what comes into it
    say.addEventListener("click", () => show(true));
    away.addEventListener("click", () => (dismiss(), (greeted = false), button.focus({ preventScroll: true })));
    hello.addEventListener("keydown", (event) => event.key === "Escape" && away.click());
  }

  function dismiss() {
    hello.remove();
    hello = null;
  }

  function greetsHere() {
    const fits = (path) => (path.endsWith("*") ? location.pathname.startsWith(path.slice(0, -1)) : location.pathname === path);
    return Boolean(config.hello) && (config.paths.length === 0 || config.paths.some(fits));
  }

  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin || !event.data || event.data.omnixChat !== route) return;
    if (event.data.loaded) tell();
    if (event.data.close && open) show(false);
    if (typeof event.data.unseen === "number") count.textContent = event.data.unseen > 0 ? String(Math.min(event.data.unseen, 99)) : "";
  });
  button.addEventListener("click", () => show(!open));

  const start = () => {
    document.body.append(host);
    if (remember("")) load(); // somebody who has written before hears of an answer without opening
    else if (greetsHere()) setTimeout(greet, config.seconds * 1000);
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
