/** Markdown as HTML: headings with anchors, tables that scroll, code in colours. */
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import css from 'highlight.js/lib/languages/css';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import { Marked } from 'marked';
import { html } from './pages.js';
import { Slugs } from './slug.js';

const languages = { bash, css, javascript, json, python, typescript, xml };
for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language);
const known = {
  sh: 'bash',
  ts: 'typescript',
  tsx: 'typescript',
  js: 'javascript',
  json: 'json',
  html: 'xml',
  python: 'python',
};

/** @typedef {{ depth: number, text: string, id: string }} Heading - Its text as HTML. */

/**
 * @param {string} text - A page in Markdown.
 * @param {(address: string) => string} linkTo - The address on the site for that of a link or of a picture.
 * @returns {{ body: string, headings: Heading[], title: string }} The title is plain text.
 */
export function renderMarkdown(text, linkTo) {
  const slugs = new Slugs();
  const headings = [];
  let anchor; // TypeDoc writes one before each heading
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const inner = this.parser.parseInline(tokens);
        const plain = this.parser.parseInline(tokens, this.parser.textRenderer);
        const id = anchor ?? slugs.of(unescaped(plain));
        anchor = undefined;
        headings.push({ depth, text: inner.replace(/<\/?a\b[^>]*>/g, ''), plain: unescaped(plain), id });
        return `<h${depth} id="${html(id)}">${inner}</h${depth}>\n`;
      },
      link({ href, title, tokens }) {
        const inner = this.parser.parseInline(tokens);
        return `<a href="${html(linkTo(href))}"${title ? ` title="${html(title)}"` : ''}>${inner}</a>`;
      },
      image({ href, text: alt }) {
        return `<img src="${html(linkTo(href))}" alt="${html(alt)}" loading="lazy" />`;
      },
      code({ text: code, lang }) {
        const language = known[lang];
        const inner = language ? hljs.highlight(code, { language }).value : html(code);
        return `<pre tabindex="0"><code>${inner}</code></pre>\n`;
      },
      table(token) {
        const cells = (row, tag) =>
          row.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('');
        const rows = token.rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n');
        const head = `<thead><tr>${cells(token.header, 'th')}</tr></thead>`;
        return `<div class="table" tabindex="0"><table>${head}\n<tbody>${rows}</tbody></table></div>\n`;
      },
      html({ text: raw, block }) {
        if (raw.startsWith('<!--')) return '';
        const [, id] = (block && /^<a id="([^"]+)"><\/a>\s*$/.exec(raw)) || [];
        if (id === undefined) return raw;
        anchor = id;
        return '';
      },
    },
  });
  const body = marked.parse(text);
  return { body, headings, title: headings.find(({ depth }) => depth === 1)?.plain ?? '' };
}

function unescaped(text) {
  return text
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
