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
    introSkip: "Lewati",
    introSave: "Simpan",
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
    uploadFailed: "{name} belum terunggah. Periksa sambungan, lalu unggah lagi.",
    uploadRefused: "{name} ditolak: {reason}",
    open: "Buka {name}",
    download: "Unduh",
    unseen: "{n} pesan baru",
    "refused.too_many_requests": "terlalu banyak pesan sekaligus",
    "refused.text_too_long": "teks terlalu panjang",
    "refused.channel_inactive": "chat ini sedang tidak tersedia",
    "refused.attachment_too_large": "berkas terlalu besar",
    "refused.attachment_type": "jenis berkas tidak didukung",
    "refused.attachment_broken": "gambar rusak",
    "refused.attachment_infected": "berkas mengandung virus",
    "refused.attachment_unscanned": "berkas belum dapat diperiksa, coba lagi nanti",
    "refused.empty_text": "pesan kosong",
    introNeeded: "Sebelum mulai",
    introStart: "Mulai chat",
    optional: "(opsional)",
    "ask.name": "Nama",
    "ask.email": "Email",
    "ask.phone": "Telepon",
    "ask.topic": "Topik",
    chooseTopic: "Pilih topik",
    "need.name": "Tulis nama Anda.",
    "need.email": "Tulis alamat email Anda.",
    "need.phone": "Tulis nomor telepon Anda.",
    "need.topic": "Pilih atau tulis topiknya.",
    "need.consent": "Setujui dulu pernyataan ini untuk melanjutkan.",
    "need.message": "Tulis pesan Anda.",
    "need.contact": "Tulis email atau nomor telepon agar kami dapat membalas.",
    wrongMail: "Periksa alamat email, misalnya nama@contoh.id.",
    wrongPhone: "Periksa nomor telepon, misalnya 0812 3456 7890.",
    leaveTitle: "Tinggalkan pesan",
    leaveText: "Pesan",
    leaveSend: "Kirim pesan",
    leftMessage: "Terima kasih, pesan Anda sudah kami simpan. Kami membalas saat buka kembali.",
    outsideMessage: "Kami sedang di luar jam layanan. Tulis saja, kami membalas saat buka.",
    outsideForm: "Kami sedang di luar jam layanan. Tinggalkan pesan, kami akan menghubungi Anda.",
    outsideClosed: "Kami sedang tutup.",
    opensAt: "Buka kembali {at}.",
    choices: "Pilihan jawaban",
    menu: "Menu percakapan",
    saveText: "Simpan sebagai teks",
    savePage: "Simpan sebagai halaman HTML",
    mailMe: "Kirim transkrip ke {email}",
    savedAt: "Disimpan {at}",
    mailed: "Transkrip akan dikirim ke {email}.",
    mailLater: "Sambungan terputus. Coba lagi sebentar lagi.",
    mailOften: "Transkrip sudah dikirim beberapa kali hari ini. Coba lagi besok.",
    mailEarly: "Transkrip dapat dikirim setelah petugas menjawab.",
    mailRefused: "Transkrip tidak dapat dikirim lewat email. Anda dapat menyimpannya dari menu ini.",
    uploadAgain: "Unggah lagi",
    "refused.invalid_field": "lengkapi formulir dulu",
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
    introSkip: "Skip",
    introSave: "Save",
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
    uploadFailed: "{name} is not uploaded yet. Check the connection, then upload again.",
    uploadRefused: "{name} was refused: {reason}",
    open: "Open {name}",
    download: "Download",
    unseen: "{n} new messages",
    "refused.too_many_requests": "too many messages at once",
    "refused.text_too_long": "the text is too long",
    "refused.channel_inactive": "this chat is not available right now",
    "refused.attachment_too_large": "the file is too large",
    "refused.attachment_type": "the file's type is not supported",
    "refused.attachment_broken": "the picture is broken",
    "refused.attachment_infected": "the file carries a virus",
    "refused.attachment_unscanned": "the file could not be checked, try again later",
    "refused.empty_text": "the message is empty",
    introNeeded: "Before we start",
    introStart: "Start the chat",
    optional: "(optional)",
    "ask.name": "Name",
    "ask.email": "Email",
    "ask.phone": "Phone",
    "ask.topic": "Topic",
    chooseTopic: "Choose a topic",
    "need.name": "Please write your name.",
    "need.email": "Please write your email address.",
    "need.phone": "Please write your phone number.",
    "need.topic": "Please choose or write a topic.",
    "need.consent": "Please agree to this statement to go on.",
    "need.message": "Please write your message.",
    "need.contact": "Please write an email address or a phone number, so that we can answer.",
    wrongMail: "Please check the email address, for example name@example.com.",
    wrongPhone: "Please check the phone number, for example 0812 3456 7890.",
    leaveTitle: "Leave a message",
    leaveText: "Message",
    leaveSend: "Send the message",
    leftMessage: "Thank you, we have your message. We answer when we are back.",
    outsideMessage: "We are out of office hours. Write to us, we answer when we are back.",
    outsideForm: "We are out of office hours. Leave a message and we will get back to you.",
    outsideClosed: "We are closed at the moment.",
    opensAt: "We are back {at}.",
    choices: "Answers to choose from",
    menu: "Conversation menu",
    saveText: "Save as text",
    savePage: "Save as an HTML page",
    mailMe: "Mail the transcript to {email}",
    savedAt: "Saved {at}",
    mailed: "The transcript will be mailed to {email}.",
    mailLater: "The connection was lost. Please try again in a moment.",
    mailOften: "The transcript was mailed several times today. Please try again tomorrow.",
    mailEarly: "The transcript can be mailed once an agent has answered.",
    mailRefused: "The transcript cannot be mailed. You can save it from this menu.",
    uploadAgain: "Upload again",
    "refused.invalid_field": "please complete the form first",
    refused: "refused by the server",
  },
};

// Asked for by the address, then by the account, then by the reader's browser, then the company's own.
export function choose(fallback, automatic) {
  const asked = new URLSearchParams(location.search).get("lang");
  const wanted = [asked, ...(automatic ? navigator.languages || [] : []), fallback].filter(Boolean);
  const found = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in WORDS);
  return found || "id";
}

export function speak(language, zone) {
  const words = WORDS[language];
  const say = (key, values = {}) =>
    words[key].replace(/\{(\w+)\}/g, (_, name) => (name in values ? values[name] : ""));
  say.has = (key) => key in words;
  say.language = language;
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
  const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });
  const moment = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZone: known(zone), timeZoneName: "short" });
  say.moment = (at) => moment.format(at);
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

// A browser that does not know the company's zone shows its own, and names it.
function known(zone) {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    return undefined;
  }
}
