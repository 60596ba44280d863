/**
 * Reads Discord's markdown dialect into a tree of plain objects. Nothing here touches the DOM;
 * `markdown_nodes.js` draws the tree. Text that matches no rule stays text.
 */
const MAX_DEPTH = 12;
const MARKS = [
  ["bold", /^\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/],
  ["underline", /^__((?:\\[\s\S]|[^\\])+?)__(?!_)/],
  ["italic", /^\*(?=\S)((?:\*\*|\\[\s\S]|[^*\\])*?(?:[^\s*]|\*\*))\*(?!\*)/],
  ["italic", /^_((?:__|\\[\s\S]|[^_\\])+?)_(?![_\p{L}\p{N}])/u],
  ["strike", /^~~((?:\\[\s\S]|[^\\])+?)~~(?!~)/],
  ["spoiler", /^\|\|([\s\S]+?)\|\|/],
];
const FENCE = /^```(?:([a-zA-Z0-9_+\-.#]+)\n)?\n*([\s\S]*?[^\n]?)\n*```\n?/;
const ATOMS = [
  [/^\\([^\p{L}\p{N}\s])/u, (m) => ({ type: "text", text: m[1] })],
  [FENCE, (m) => (m[2].trim() ? { type: "fence", language: m[1] ?? "", text: m[2] } : null)],
  [/^(`+)([\s\S]*?[^`])\1(?!`)/, (m) => ({ type: "code", text: m[2].replace(/^ (?=`)|(?<=`) $/g, "") })],
  [/^<@!?(\d{1,20})>/, (m) => ({ type: "user", id: m[1] })],
  [/^<@&(\d{1,20})>/, (m) => ({ type: "role", id: m[1] })],
  [/^<#(\d{1,20})>/, (m) => ({ type: "channel", id: m[1] })],
  [/^<\/([^:>\n]{1,100}):(\d{1,20})>/, (m) => ({ type: "command", name: m[1], id: m[2] })],
  [/^<(a)?:(\w{2,32}):(\d{1,20})>/, (m) => ({ type: "emoji", animated: Boolean(m[1]), name: m[2], id: m[3] })],
  [/^<t:(-?\d{1,17})(?::([tTdDfFRsS]))?>/, (m) => ({ type: "time", seconds: Number(m[1]), style: m[2] ?? "f" })],
  [/^@(everyone|here)\b/, (m) => ({ type: "everyone", name: m[1] })],
  [/^<(https?:\/\/[^\s<>]+)>/, (m) => ({ type: "link", url: m[1], children: [{ type: "text", text: m[1] }] })],
];
const MASKED =
  /^\[((?:\[[^\]\n]*\]|\\[\s\S]|[^[\]\\])+)\]\(\s*<?(https?:\/\/(?:[^\s()<>]|\([^\s()<>]*\))+)>?(?:\s+"[^"\n]*")?\s*\)/;
const BARE = /^https?:\/\/[^\s<>]+/;
const STOPS = /[\\`<@[hH*_~|\n\p{Extended_Pictographic}\p{Regional_Indicator}]/u;
const UNICODE_EMOJI =
  /^(?:\p{Regional_Indicator}{2}|[#*0-9]\uFE0F\u20E3|\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?(?:\u200D\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?)*)/u;

/** The whole text as a list of block and inline nodes. */
export function parse(text) {
  return blocks(text, { depth: 0, quoted: false });
}

/** Only inline rules, for places that keep to one line (titles, field names, previews). */
export function parseInline(text) {
  return inline(text, { depth: 0, inlineOnly: true });
}

function blocks(text, ctx) {
  const out = [];
  let run = "";
  let rest = text;
  const flush = () => {
    if (run) out.push(...inline(run, ctx));
    run = "";
  };
  while (rest) {
    const atLineStart = run === "" || run.endsWith("\n");
    const fence = FENCE.exec(rest);
    const block = atLineStart ? blockAt(rest, ctx) : null;
    if (block) {
      if (run.endsWith("\n")) run = run.slice(0, -1);
      flush();
      out.push(...(block.nodes ?? [block.node]));
      rest = rest.slice(block.length);
      continue;
    }
    const whole = fence ? fence[0].length : lineLength(rest);
    run += rest.slice(0, whole);
    rest = rest.slice(whole);
  }
  flush();
  return out;
}

/** Up to the end of the line, or to a code fence that opens before it (a fence may hold line starts). */
function lineLength(rest) {
  const end = rest.indexOf("\n");
  const line = end < 0 ? rest.length : end + 1;
  const fence = rest.indexOf("```", 1);
  return fence > 0 && fence < line ? fence : line;
}

function blockAt(rest, ctx) {
  if (ctx.depth > MAX_DEPTH) return null;
  const deeper = { ...ctx, depth: ctx.depth + 1 };
  let m = /^(#{1,3})[ \t]+([^\n]+?)[ \t]*(?:\n|$)/.exec(rest);
  if (m)
    return {
      length: m[0].length,
      node: { type: "heading", level: m[1].length, children: inline(m[2].replace(/\s+#+$/, ""), deeper) },
    };
  m = /^-#[ \t]+([^\n]+?)[ \t]*(?:\n|$)/.exec(rest);
  if (m) return { length: m[0].length, node: { type: "subtext", children: inline(m[1], deeper) } };
  if (!ctx.quoted) {
    m = /^>>>[ \t]([\s\S]+)$/.exec(rest);
    if (m) return quote(m[0].length, m[1], deeper);
    m = /^(?:>[ \t][^\n]*(?:\n|$))+/.exec(rest);
    if (m) return quote(m[0].length, m[0].replace(/^>[ \t]/gm, "").replace(/\n$/, ""), deeper);
  }
  m = /^(?:[ \t]*(?:[-*]|\d{1,9}\.)[ \t]+\S[^\n]*(?:\n[ \t]{2,}(?![-*] |\d+\. )\S[^\n]*)*(?:\n|$))+/.exec(rest);
  return m ? { length: m[0].length, nodes: lists(m[0].replace(/\n$/, ""), deeper) } : null;
}

function quote(length, text, ctx) {
  return { length, node: { type: "quote", children: blocks(text, { ...ctx, quoted: true }) } };
}

function lists(text, ctx) {
  const rows = text.split("\n").map((line) => /^([ \t]*)(?:([-*])|(\d{1,9})\.)[ \t]+(.*)$/.exec(line) ?? line);
  const items = [];
  for (const row of rows) {
    if (typeof row === "string") {
      if (items.length) items.at(-1).text += `\n${row.trim()}`;
      continue;
    }
    items.push({
      indent: row[1].replaceAll("\t", "  ").length,
      ordered: row[3] !== undefined,
      start: Number(row[3] ?? 1),
      text: row[4],
    });
  }
  const found = [];
  for (let at = 0; at < items.length;) {
    const { node, next } = nest(items, at, ctx, 0);
    found.push(node);
    at = next;
  }
  return found;
}

/** Builds nested lists from rows by their indentation; returns the list and how many rows it used. */
function nest(items, from, ctx, level) {
  const first = items[from];
  const node = { type: "list", ordered: first.ordered, start: first.start, items: [] };
  let at = from;
  while (at < items.length) {
    const item = items[at];
    if (item.indent > first.indent && node.items.length && level < 10) {
      const inner = nest(items, at, ctx, level + 1);
      node.items.at(-1).push(inner.node);
      at = inner.next;
    } else if (item.indent < first.indent && level > 0) break;
    else if (item.indent <= first.indent && item.ordered !== first.ordered) break;
    else {
      node.items.push(inline(item.text, ctx));
      at += 1;
    }
  }
  return { node, next: at };
}

function inline(text, ctx) {
  const out = [];
  let plain = "";
  let at = 0;
  const flush = () => {
    if (plain) out.push({ type: "text", text: plain });
    plain = "";
  };
  while (at < text.length) {
    const rest = text.slice(at);
    const found = ctx.depth > MAX_DEPTH ? null : match(rest, text[at - 1] ?? "", ctx);
    if (found) {
      flush();
      out.push(found.node);
      at += found.length;
      continue;
    }
    const next = rest.slice(1).search(STOPS);
    const step = next < 0 ? rest.length : next + 1;
    plain += rest.slice(0, step);
    at += step;
  }
  flush();
  return out;
}

function match(rest, before, ctx) {
  for (const [pattern, make] of ATOMS) {
    if (ctx.inlineOnly && pattern === FENCE) continue;
    const m = pattern.exec(rest);
    const node = m && make(m);
    if (node) return { length: m[0].length, node };
  }
  return link(rest, before, ctx) ?? mark(rest, before, ctx) ?? emoji(rest);
}

function link(rest, before, ctx) {
  const masked = ctx.inLink ? null : MASKED.exec(rest);
  if (masked) {
    const children = inline(masked[1], { ...ctx, depth: ctx.depth + 1, inLink: true });
    return { length: masked[0].length, node: { type: "link", url: masked[2], masked: true, children } };
  }
  const bare = ctx.inLink ? null : BARE.exec(rest);
  if (!bare || /[\p{L}\p{N}]/u.test(before)) return null;
  const url = trimUrl(bare[0]);
  return url.length > 8
    ? { length: url.length, node: { type: "link", url, children: [{ type: "text", text: url }] } }
    : null;
}

/** Punctuation at the end of a bare link belongs to the sentence; a closing bracket does unless one opens inside. */
function trimUrl(url) {
  let out = url.replace(/(\*\*|__|~~|\|\|)+$/, "").replace(/[.,:;!?"'*_]+$/, "");
  while (out.endsWith(")") && !out.includes("(")) out = out.slice(0, -1);
  return out;
}

function mark(rest, before, ctx) {
  for (const [type, pattern] of MARKS) {
    const m = pattern.exec(rest);
    if (!m) continue;
    if (type === "italic" && rest[0] === "_" && /[\p{L}\p{N}]/u.test(before)) continue;
    if (!m[1].trim()) continue;
    return { length: m[0].length, node: { type, children: inline(m[1], { ...ctx, depth: ctx.depth + 1 }) } };
  }
  return null;
}

function emoji(rest) {
  const m = UNICODE_EMOJI.exec(rest);
  return m && !/^[#*0-9©®™]$/.test(m[0]) ? { length: m[0].length, node: { type: "unicode", text: m[0] } } : null;
}

/** Whether a message is nothing but up to 27 emoji, which are then drawn large. */
export function onlyEmoji(tree) {
  let count = 0;
  for (const node of tree) {
    if (node.type === "emoji" || node.type === "unicode") count += 1;
    else if (node.type !== "text" || node.text.trim()) return false;
  }
  return count > 0 && count <= 27;
}
