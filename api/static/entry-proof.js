/* Checks on the reader's own machine that an entry stands in the public ledger (docs/ledger.md, sections 4 and 5).
   Of the page only the root's public key is believed, which readers compare with the one in print; all else is fetched
   and computed here. What could not be checked is never shown as passed. */
const HASH_SIZE = 32;
const KEY_ID_SIZE = 4;
const TIME_SIZE = 8;
const SIGNATURE_SIZE = 64;
const ED25519 = 1;
const COSIGNATURE_V1 = 4;
const MOST_SIGNATURES = 64;
const LAST_TIME = 2n ** 63n;
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
const PROOF_HEADER = "c2sp.org/tlog-proof@v1";
/* RFC 8032, 7.1, test 1 (the empty message): a browser that does not find it good cannot check Ed25519. */
const KNOWN_KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const KNOWN_SIGNATURE =
  "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw==";

/* The proof does not hold; `word` names the reason among the page's words. */
class Refused extends Error {
  constructor(word) {
    super(word);
    this.word = word;
  }
}

/* It could not be found out whether the proof holds. */
class Unable extends Refused {}

function insist(condition, word) {
  if (!condition) throw new Refused(word);
}

/* Bytes */

const utf8 = (text) => new TextEncoder().encode(text);

function textOf(bytes, word) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused(word);
  }
}

function bytesOf(base64, word) {
  let raw;
  try {
    raw = atob(base64);
  } catch {
    throw new Refused(word);
  }
  insist(btoa(raw) === base64, word);
  return Uint8Array.from(raw, (character) => character.charCodeAt(0));
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

async function hash(...parts) {
  const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

const leafHash = (entry) => hash(Uint8Array.of(0), entry);
const nodeHash = (left, right) => hash(Uint8Array.of(1), left, right);

/* Signatures */

async function isSigned(publicKey, message, signature) {
  const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, signature, message);
}

async function knowsEd25519() {
  try {
    return await isSigned(bytesOf(KNOWN_KEY, ""), new Uint8Array(), bytesOf(KNOWN_SIGNATURE, ""));
  } catch {
    return false;
  }
}

async function verifierKey(vkey, word) {
  const found = /^([^\s+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey);
  insist(found, word);
  const [, name, id, encoded] = found;
  const material = bytesOf(encoded, word);
  const named = await hash(utf8(`${name}\n`), material);
  insist(material.length === HASH_SIZE + 1 && hex(named.subarray(0, KEY_ID_SIZE)) === id, word);
  insist(material[0] === ED25519 || material[0] === COSIGNATURE_V1, word);
  return { name, id, kind: material[0], publicKey: material.subarray(1) };
}

/* A signed note: its text, and of each name and key id the first signature. */
function splitNote(bytes, word) {
  const whole = textOf(bytes, word);
  const end = whole.lastIndexOf("\n\n");
  insist(end >= 0 && whole.endsWith("\n") && !CONTROL.test(whole), word);
  const lines = whole.slice(end + 2, -1).split("\n");
  insist(lines.length <= MOST_SIGNATURES, word);
  const signatures = new Map();
  for (const line of lines) {
    const found = /^\u2014 ([^ ]+) ([!-~]+)$/.exec(line);
    insist(found, word);
    const raw = bytesOf(found[2], word);
    insist(raw.length > KEY_ID_SIZE, word);
    const key = `${found[1]} ${hex(raw.subarray(0, KEY_ID_SIZE))}`;
    if (!signatures.has(key)) signatures.set(key, raw.subarray(KEY_ID_SIZE));
  }
  return { text: whole.slice(0, end + 1), signatures };
}

/* Those of `keys` that signed; one whose signature is there and not good refuses the whole note. */
async function signersOf(note, keys, word) {
  const good = [];
  for (const key of keys) {
    const signature = note.signatures.get(`${key.name} ${key.id}`);
    if (signature === undefined) continue;
    let message = utf8(note.text);
    let own = signature;
    if (key.kind === COSIGNATURE_V1) {
      insist(signature.length === TIME_SIZE + SIGNATURE_SIZE, word);
      const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
      insist(time < LAST_TIME, word);
      message = utf8(`cosignature/v1\ntime ${time}\n${note.text}`);
      own = signature.subarray(TIME_SIZE);
    }
    const isGood = own.length === SIGNATURE_SIZE && (await isSigned(key.publicKey, message, own).catch(() => false));
    insist(isGood, word);
    good.push(key);
  }
  return good;
}

/* The key set, as far as the ledger goes: its origin, whose checkpoints count, and how many witnesses they need. */
async function readKeySet(text) {
  const found = /^gi-keys\/v1\norigin (\S+)\nhosts [^\n]+\nseq \d+\ntime \S+\nexpires \S+\nquorum (\d{1,4})\n/.exec(text);
  insist(found, "keys-broken");
  const logs = [];
  const witnesses = [];
  for (const line of text.slice(found[0].length, -1).split("\n")) {
    const [kind, ...words] = line.split(" ");
    if (kind === "log" && words.length === 3) logs.push(await verifierKey(words[0], "keys-broken"));
    else if (kind === "witness" && words.length === 1) witnesses.push(await verifierKey(words[0], "keys-broken"));
    else insist(kind === "key" && words.length === 7, "keys-broken");
  }
  return { origin: found[1], quorum: Number(found[2]), logs, witnesses };
}

/* What is checked */

/* RFC 8785's easy part: the one spelling of an entry. */
function spelt(value) {
  if (Array.isArray(value)) return `[${value.map(spelt).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${spelt(value[name])}`).join(",")}}`;
}

function checkText(entry, shown) {
  const text = textOf(entry, "text-broken");
  insist(text === shown, "text-differs");
  let spelling;
  try {
    spelling = spelt(JSON.parse(text));
  } catch {
    throw new Refused("text-broken");
  }
  insist(spelling === text, "text-broken");
}

function readProof(bytes, asked) {
  const end = bytes.findIndex((byte, at) => byte === 10 && bytes[at + 1] === 10);
  insist(end >= 0, "proof-broken");
  const lines = textOf(bytes.subarray(0, end), "proof-broken").split("\n");
  insist(lines.shift() === PROOF_HEADER, "proof-broken");
  if (lines[0]?.startsWith("extra ")) bytesOf(lines.shift().slice(6), "proof-broken");
  const index = /^index (0|[1-9][0-9]{0,18})$/.exec(lines.shift() ?? "");
  insist(index && BigInt(index[1]) === asked, "proof-broken");
  const path = lines.map((line) => bytesOf(line, "proof-broken"));
  insist(path.every((step) => step.length === HASH_SIZE), "proof-broken");
  return { index: asked, path, note: bytes.subarray(end + 2) };
}

function readCheckpoint(text) {
  const found = /^([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n$/.exec(text);
  insist(found, "checkpoint-broken");
  return { origin: found[1], size: BigInt(found[2]), root: bytesOf(found[3], "checkpoint-broken") };
}

/* Step 2: the key set is the root's. */
async function checkKeys(bytes, vkey) {
  const root = await verifierKey(vkey, "keys-broken");
  const note = splitNote(bytes, "keys-broken");
  insist((await signersOf(note, [root], "keys-signature")).length === 1, "keys-signature");
  const keys = await readKeySet(note.text);
  insist(root.name === `${keys.origin}/root`, "keys-broken");
  return keys;
}

/* Step 3: a log key signed the checkpoint, enough witnesses did, and it is of this log. */
async function checkCheckpoint(note, keys) {
  const good = await signersOf(note, [...keys.logs, ...keys.witnesses], "checkpoint-signature");
  insist(good.some((key) => keys.logs.includes(key)), "checkpoint-signature");
  const seen = new Set(good.filter((key) => keys.witnesses.includes(key)).map((key) => key.name));
  insist(seen.size >= keys.quorum, "checkpoint-witnesses");
  insist(readCheckpoint(note.text).origin === `${keys.origin}/log`, "checkpoint-origin");
}

/* Step 4: RFC 9162, 2.1.3.2. */
async function checkPath(leaf, { index, path }, { size, root }) {
  insist(index < size, "path-index");
  let [node, last, found] = [index, size - 1n, leaf];
  for (const step of path) {
    insist(last > 0n, "path-length");
    if (node & 1n || node === last) {
      found = await nodeHash(step, found);
      while (node && !(node & 1n)) [node, last] = [node >> 1n, last >> 1n];
    } else {
      found = await nodeHash(found, step);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  insist(last === 0n, "path-length");
  insist(same(found, root), "path-root");
}

async function fetched(path, accept) {
  let answer;
  try {
    answer = await fetch(path, { headers: { Accept: accept }, cache: "no-cache", credentials: "omit" });
  } catch {
    throw new Unable("unreachable");
  }
  if (!answer.ok) throw new Unable("unreachable");
  return new Uint8Array(await answer.arrayBuffer());
}

/* The page */

const place = document.getElementById("check");
const words = document.getElementById("words").content;
const word = (name) => words.querySelector(`[data-word="${name}"]`).textContent;

function show(step, state, said) {
  const line = place.querySelector(`[data-step="${step}"]`);
  line.className = state;
  line.querySelector(".k").replaceChildren(words.querySelector(`[data-icon="${state}"]`).firstElementChild.cloneNode(true));
  line.querySelector(".vh").textContent = word(state);
  line.querySelector("p").textContent = said;
}

function conclude(state, said) {
  const status = place.querySelector("[role=status]");
  status.className = `said ${state}`;
  status.textContent = said;
}

async function run() {
  const { index, root: vkey } = place.dataset;
  const taken = async (step, act, done) => {
    try {
      const result = await act();
      if (done) show(step, "ok", word(done));
      return result;
    } catch (error) {
      if (error instanceof Refused) show(step, error instanceof Unable ? "na" : "bad", word(error.word));
      throw error;
    }
  };
  if (!globalThis.crypto?.subtle) throw new Unable("insecure");
  const [entry, proofBytes, keyBytes] = await Promise.all([
    fetched(`/ledger/entries/${index}.json`, "application/json"),
    fetched(`/proof/${index}`, "text/plain"),
    fetched("/.well-known/gi-keys", "text/plain"),
  ]);
  await taken("text", () => checkText(entry, document.getElementById("raw").textContent), "text-ok");
  const proof = await taken("path", () => readProof(proofBytes, BigInt(index)));
  const note = await taken("checkpoint", () => splitNote(proof.note, "checkpoint-broken"));
  const canSign = await knowsEd25519();
  if (canSign) {
    const keys = await taken("keys", () => checkKeys(keyBytes, vkey), "keys-ok");
    await taken("checkpoint", () => checkCheckpoint(note, keys), "checkpoint-ok");
  } else {
    for (const step of ["keys", "checkpoint"]) show(step, "na", word("unsupported"));
  }
  const checkpoint = await taken("checkpoint", () => readCheckpoint(note.text));
  const leaf = await leafHash(entry);
  await taken("path", () => checkPath(leaf, proof, checkpoint), "path-ok");
  conclude(canSign ? "ok" : "warn", word(canSign ? "all-ok" : "partly"));
}

async function check(button) {
  button.disabled = true;
  for (const step of ["text", "keys", "checkpoint", "path"]) show(step, "na", word("not-yet"));
  conclude("", word("running"));
  try {
    await run();
  } catch (error) {
    if (error instanceof Unable) conclude("warn", word(error.word));
    else if (error instanceof Refused) conclude("bad", word("refused"));
    else conclude("warn", word("failed"));
  } finally {
    button.disabled = false;
  }
}

const button = place.querySelector("button");
button.hidden = false;
document.getElementById("no-script").hidden = true;
button.addEventListener("click", () => check(button));
