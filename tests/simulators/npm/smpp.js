// A short message centre out of npm's smpp: told what to do by lines of JSON on stdin, it tells what happened on stdout.
// Orders:  {"answer": ["ok" | "silence" | "drop" | STATUS, ...]}   for the next submits, then ok again
//          {"usual": ["silence" | STATUS, SHARE]}                   so many (0 to 1) of all others
//          {"password": of whoever binds from now on}
//          {"deliver": {deliver_sm's fields; *_hex for bytes}}    {"drop": true}     each with a "ref" of the asker's
// Events:  {"event": "listening" | "bind" | "submit" | "heard" | "delivered" | "enquired" | "closed" | "fault", ...}
const smpp = require('smpp');

let [systemId, password] = process.argv.slice(2);
const tell = (event, more) => process.stdout.write(JSON.stringify({event, ...more}) + '\n');
const answers = [];
const sessions = new Set();
const usual = new Map();
let messages = Number(process.argv[5]) || 0;

function bound(session, kind) {
  session.on(`bind_${kind}`, (pdu) => {
    const known = pdu.system_id === systemId && pdu.password === password;
    const status = known ? 0 : pdu.system_id === systemId ? smpp.ESME_RINVPASWD : smpp.ESME_RINVSYSID;
    session.receives = known && kind !== 'transmitter';
    session.send(pdu.response(known ? {system_id: 'npm-smpp'} : {command_status: status}));
    tell('bind', {kind, status});
    if (!known) session.close();
  });
}

function likely() {
  for (const [answer, share] of usual) if (Math.random() < share) return answer;
  return 'ok';
}

function submitted(session, pdu) {
  const answer = answers.length ? answers.shift() : likely();
  const content = pdu.message_payload || pdu.short_message;
  const id = `N${++messages}`;
  tell('submit', {
    id,
    answer,
    sender: pdu.source_addr,
    sender_ton: pdu.source_addr_ton,
    receiver: pdu.destination_addr,
    receiver_ton: pdu.dest_addr_ton,
    text: Buffer.isBuffer(content.message) ? content.message.toString('latin1') : content.message,
    udh: (content.udh || []).map((element) => element.toString('hex')),
    coding: pdu.data_coding,
    esm_class: pdu.esm_class,
    registered: pdu.registered_delivery,
    payload: Boolean(pdu.message_payload),
  });
  if (answer === 'drop') session.destroy();
  else if (answer === 'ok') session.send(pdu.response({message_id: id}));
  else if (answer !== 'silence') session.send(pdu.response({command_status: answer}));
}

const server = smpp.createServer((session) => {
  sessions.add(session);
  ['transmitter', 'receiver', 'transceiver'].forEach((kind) => bound(session, kind));
  session.on('submit_sm', (pdu) => submitted(session, pdu));
  session.on('enquire_link', (pdu) => { session.send(pdu.response()); tell('enquired'); });
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
  session.on('error', (error) => tell('fault', {detail: String(error)}));
  session.on('close', () => { sessions.delete(session); tell('closed'); });
});

function deliver(order) {
  const fields = {};
  for (const [name, value] of Object.entries(order.deliver)) {
    if (name.endsWith('_hex')) fields[name.slice(0, -4)] = Buffer.from(value, 'hex');
    else fields[name] = value;
  }
  const session = [...sessions].find((one) => one.receives);
  const told = (pdu) => tell('delivered', {ref: order.ref, status: pdu.command_status});
  if (!session || !session.deliver_sm(fields, told)) tell('delivered', {ref: order.ref, status: -1});
}

require('readline').createInterface({input: process.stdin}).on('line', (line) => {
  const order = JSON.parse(line);
  if (order.answer) answers.push(...order.answer);
  if (order.usual) usual.set(...order.usual);
  if (order.deliver) deliver(order);
  if (order.password) password = order.password;
  if (order.drop) sessions.forEach((session) => session.destroy());
  tell('heard', {ref: order.ref});
}).on('close', () => process.exit(0));

server.listen(Number(process.argv[4]) || 0, '127.0.0.1', () => tell('listening', {port: server.address().port}));
