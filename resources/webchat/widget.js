// <script src="https://…/chat/ROUTE/widget.js" async></script>: a button on any page that opens the chat in a frame.

(() => {
  const script = document.currentScript;
  const base = new URL(script.src).href.replace(/\/widget\.js.*$/, "");
  const origin = new URL(base).origin;
  const route = base.split("/").pop();
  const mark = `omnix-chat:${route}`;
  if (document.getElementById(mark)) return;

  const language = (script.dataset.lang || document.documentElement.lang || navigator.language || "id").slice(0, 2).toLowerCase();
  const words = language === "en" ? { open: "Open the chat", close: "Close the chat", frame: "Chat" } : { open: "Buka chat", close: "Tutup chat", frame: "Chat" };
  const accent = /^#[0-9a-fA-F]{6}$/.test(script.dataset.colour || "") ? script.dataset.colour : "#2f6fed";

  const host = document.createElement("div");
  host.id = mark;
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; }
    button { width: 56px; height: 56px; border: 0; border-radius: 28px; cursor: pointer; color: #fff; padding: 14px;
      background: ${accent}; box-shadow: 0 6px 24px rgb(16 24 40 / .28); display: block; position: relative; }
    button:focus-visible { outline: 3px solid ${accent}; outline-offset: 3px; }
    svg { width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
    .count { position: absolute; top: -4px; right: -4px; min-width: 20px; height: 20px; border-radius: 10px; background: #c0362c;
      color: #fff; font: 600 12px/20px system-ui, sans-serif; text-align: center; padding: 0 5px; box-sizing: border-box; }
    .count:empty { display: none; }
    iframe { position: fixed; right: 20px; bottom: 88px; width: 384px; height: min(640px, calc(100dvh - 108px)); border: 0;
      border-radius: 16px; box-shadow: 0 16px 48px rgb(16 24 40 / .32); background: #fff; color-scheme: light dark; }
    iframe[hidden] { display: none; }
    @media (max-width: 480px) { iframe { inset: 0; width: 100%; height: 100%; border-radius: 0; } .open button { display: none; } }
    @media print { :host { display: none; } }
  `);
  root.adoptedStyleSheets = [sheet];

  const holder = document.createElement("div");
  const button = document.createElement("button");
  button.type = "button";
  button.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-4.5 4v-4A2.5 2.5 0 0 1 4 13.5z"/></svg><span class="count" role="status"></span>';
  holder.append(button);
  root.append(holder);
  const count = button.querySelector(".count");
  let frame = null;
  let open = false;

  const remember = (value) => {
    try {
      return value === undefined ? localStorage.getItem(mark) : localStorage.setItem(mark, value);
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
    frame.src = `${base}?embed=1&lang=${encodeURIComponent(language)}`;
    holder.prepend(frame);
  }

  function show(wanted) {
    open = wanted;
    if (wanted) load();
    if (frame) frame.hidden = !wanted;
    holder.className = wanted ? "open" : "";
    button.setAttribute("aria-expanded", String(wanted));
    button.setAttribute("aria-label", wanted ? words.close : words.open);
    if (wanted) remember("opened");
    tell();
    if (!wanted) button.focus({ preventScroll: true });
  }

  function tell() {
    if (frame && frame.contentWindow) frame.contentWindow.postMessage({ omnixChat: route, shown: open }, origin);
  }

  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin || !event.data || event.data.omnixChat !== route) return;
    if (event.data.loaded) tell();
    if (event.data.close && open) show(false);
    if (typeof event.data.unseen === "number") count.textContent = event.data.unseen > 0 ? String(Math.min(event.data.unseen, 99)) : "";
  });
  button.addEventListener("click", () => show(!open));
  button.setAttribute("aria-label", words.open);
  button.setAttribute("aria-expanded", "false");

  const start = () => {
    document.body.append(host);
    if (remember()) load(); // somebody who has written before hears of an answer without opening
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
