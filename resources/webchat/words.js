// Every word a visitor reads, Indonesian and English.

const WORDS = {
  id: {
    connecting: "Menghubungkan…",
    online: "Terhubung",
    offline: "Tidak ada jaringan. Pesan Anda dikirim begitu tersambung.",
    again: "Menyambungkan kembali… Pesan Anda tidak hilang.",
    busy: "Layanan sedang tidak dapat dihubungi. Kami mencoba lagi.",
    closed: "Chat ini sedang tidak tersedia.",
    greeting: "Halo! Tulis pesan Anda, tim kami akan segera membalas.",
    introTitle: "Perkenalkan diri Anda (opsional)",
    introName: "Nama",
    introMail: "Email",
    introSkip: "Lewati",
    introSave: "Simpan",
    introWrong: "Periksa alamat email, misalnya nama@contoh.id.",
    thread: "Percakapan",
    write: "Tulis pesan",
    send: "Kirim",
    attach: "Lampirkan berkas",
    emoji: "Emoji",
    close: "Tutup chat",
    remove: "Hapus {name}",
    newest: "Pesan baru ↓",
    typing: "{name} sedang mengetik…",
    agent: "Petugas",
    you: "Anda",
    today: "Hari ini",
    yesterday: "Kemarin",
    waiting: "Menunggu",
    sending: "Mengirim…",
    sent: "Terkirim",
    delivered: "Sampai",
    read: "Dibaca",
    failed: "Tidak terkirim",
    retry: "Kirim lagi",
    discard: "Hapus",
    left: "{n} karakter lagi",
    over: "{n} karakter terlalu banyak",
    tooBig: "{name} berukuran {size}; paling besar {limit}.",
    wrongType: "{name} tidak dapat dikirim: jenis berkas ini tidak didukung.",
    emptyFile: "{name} kosong.",
    tooMany: "Paling banyak {n} berkas sekali kirim.",
    uploading: "Mengunggah {name}…",
    uploadFailed: "{name} belum terunggah. Periksa sambungan, lalu tekan Kirim lagi.",
    uploadRefused: "{name} ditolak: {reason}",
    open: "Buka {name}",
    download: "Unduh",
    unseen: "{n} pesan baru",
    "refused.too_many_requests": "terlalu banyak pesan sekaligus",
    "refused.text_too_long": "teks terlalu panjang",
    "refused.channel_inactive": "chat ini sedang tidak tersedia",
    "refused.attachment_too_large": "berkas terlalu besar",
    "refused.attachment_type": "jenis berkas tidak didukung",
    "refused.empty_text": "pesan kosong",
    refused: "ditolak oleh server",
  },
  en: {
    connecting: "Connecting…",
    online: "Connected",
    offline: "No network. Your messages go out as soon as it is back.",
    again: "Reconnecting… Your messages are kept.",
    busy: "The service cannot be reached right now. We keep trying.",
    closed: "This chat is not available right now.",
    greeting: "Hello! Write your message, our team will answer shortly.",
    introTitle: "Introduce yourself (optional)",
    introName: "Name",
    introMail: "Email",
    introSkip: "Skip",
    introSave: "Save",
    introWrong: "Please check the email address, for example name@example.com.",
    thread: "Conversation",
    write: "Write a message",
    send: "Send",
    attach: "Attach a file",
    emoji: "Emoji",
    close: "Close the chat",
    remove: "Remove {name}",
    newest: "New messages ↓",
    typing: "{name} is typing…",
    agent: "Agent",
    you: "You",
    today: "Today",
    yesterday: "Yesterday",
    waiting: "Waiting",
    sending: "Sending…",
    sent: "Sent",
    delivered: "Delivered",
    read: "Read",
    failed: "Not sent",
    retry: "Send again",
    discard: "Delete",
    left: "{n} characters left",
    over: "{n} characters too many",
    tooBig: "{name} has {size}; the most is {limit}.",
    wrongType: "{name} cannot be sent: files of this type are not supported.",
    emptyFile: "{name} is empty.",
    tooMany: "At most {n} files at once.",
    uploading: "Uploading {name}…",
    uploadFailed: "{name} is not uploaded yet. Check the connection, then press Send again.",
    uploadRefused: "{name} was refused: {reason}",
    open: "Open {name}",
    download: "Download",
    unseen: "{n} new messages",
    "refused.too_many_requests": "too many messages at once",
    "refused.text_too_long": "the text is too long",
    "refused.channel_inactive": "this chat is not available right now",
    "refused.attachment_too_large": "the file is too large",
    "refused.attachment_type": "the file's type is not supported",
    "refused.empty_text": "the message is empty",
    refused: "refused by the server",
  },
};

export function choose(fallback) {
  const asked = new URLSearchParams(location.search).get("lang");
  const wanted = [asked, ...(navigator.languages || []), fallback].filter(Boolean);
  const found = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in WORDS);
  return found || "id";
}

export function speak(language) {
  const words = WORDS[language];
  const say = (key, values = {}) =>
    words[key].replace(/\{(\w+)\}/g, (_, name) => (name in values ? values[name] : ""));
  say.has = (key) => key in words;
  say.language = language;
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
  const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });
  say.time = (at) => clock.format(at);
  say.day = (at) => {
    const days = Math.round((midnight(new Date()) - midnight(at)) / 86400000);
    return days === 0 ? say("today") : days === 1 ? say("yesterday") : date.format(at);
  };
  say.size = (bytes) => {
    const [amount, unit] = bytes < 1024 ? [bytes, "B"] : bytes < 1048576 ? [bytes / 1024, "KB"] : [bytes / 1048576, "MB"];
    return `${new Intl.NumberFormat(language, { maximumFractionDigits: amount < 10 ? 1 : 0 }).format(amount)} ${unit}`;
  };
  say.reason = (refused) => {
    const key = `refused.${refused && refused.code}`;
    return say(say.has(key) ? key : "refused");
  };
  return say;
}

function midnight(at) {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate());
}
