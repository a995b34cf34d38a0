// The body editor: the forms of articles/bodies.py on django-prose-editor. What is sent is cleaned by the server.
import * as library from "django-prose-editor/editor"

const { Editor, Extension, Mark, Node, mergeAttributes, updateAttrsDialog } = library

const languageAttributes = {
  lang: { default: null, parseHTML: (element) => element.getAttribute("lang") },
  dir: { default: null, parseHTML: (element) => element.getAttribute("dir") },
}

const RTL = ["ar", "fa", "he", "ur", "yi", "ps"]
const directionOf = (language) => (RTL.includes(language.split("-")[0]) ? "rtl" : null)

const Languages = Extension.create({
  name: "languages",
  addGlobalAttributes: () => [{ types: ["paragraph", "heading", "blockquote"], attributes: languageAttributes }],
})

// A quote, or with its class a pull quote.
const Blockquote = library.Blockquote.extend({
  addAttributes: () => ({
    class: {
      default: null,
      parseHTML: (element) => (element.classList.contains("pull") ? "pull" : null),
    },
  }),
  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "pullQuote",
      groups: "insert",
      button: buttons.text("Pull quote", "Pull quote: a sentence of the text, shown large"),
      active: (editor) => editor.isActive("blockquote", { class: "pull" }),
      command(editor) {
        const chain = editor.chain().focus()
        if (editor.isActive("blockquote", { class: "pull" })) chain.lift("blockquote").run()
        else if (editor.isActive("blockquote")) chain.updateAttributes("blockquote", { class: "pull" }).run()
        else chain.wrapIn("blockquote", { class: "pull" }).run()
      },
    })
  },
})

const Preformatted = Node.create({
  name: "preformatted",
  group: "block",
  content: "inline*",
  whitespace: "pre",
  defining: true,
  parseHTML: () => [{ tag: "pre", preserveWhitespace: "full" }],
  renderHTML: () => ["pre", 0],
})

const Embed = Node.create({
  name: "embed",
  group: "block",
  atom: true,
  draggable: true,
  addAttributes: () => ({ href: { default: "" }, title: { default: "" }, ...languageAttributes }),
  parseHTML: () => [
    {
      tag: "p.embed",
      priority: 1100,
      getAttrs(element) {
        const link = element.querySelector("a[href]")
        return link ? { href: link.getAttribute("href"), title: link.textContent } : false
      },
    },
  ],
  renderHTML({ node }) {
    const { href, title, lang, dir } = node.attrs
    return ["p", mergeAttributes({ class: "embed" }, lang ? { lang } : {}, dir ? { dir } : {}), ["a", { href }, title]]
  },
  addNodeView:
    () =>
    ({ node }) => {
      const dom = document.createElement("p")
      dom.className = "embed"
      dom.textContent = `${node.attrs.title || node.attrs.href} (${new URL(node.attrs.href, location).hostname})`
      return { dom }
    },
  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "embed",
      groups: "insert",
      button: buttons.text("Embed", "Embed a video or a post by its address"),
      active: (editor) => editor.isActive("embed"),
      async command(editor) {
        const current = editor.getAttributes("embed")
        const given = await embedDialog(editor, { href: current.href || "", title: current.title || "" })
        if (!given || !/^https?:\/\//.test(given.href.trim())) return
        const attrs = { href: given.href.trim(), title: given.title.trim() || given.href.trim() }
        const chain = editor.chain().focus()
        if (editor.isActive("embed")) chain.updateAttributes("embed", attrs).run()
        else chain.insertContent({ type: "embed", attrs }).run()
      },
    })
  },
})

const embedDialog = updateAttrsDialog(
  {
    href: { title: "Address, as in the browser", format: "url", required: true },
    title: { title: "Title, which readers see before they load it" },
  },
  { title: "Embed", submitText: "Insert" },
)

// The number keeps two notes that stand side by side apart; it is not written.
let notes = 0

const Footnote = Mark.create({
  name: "footnote",
  priority: 1200,
  inclusive: false,
  addAttributes: () => ({
    number: { default: 0, parseHTML: () => ++notes, rendered: false },
    ...languageAttributes,
  }),
  parseHTML: () => [{ tag: "span.footnote", priority: 1100 }],
  renderHTML: ({ HTMLAttributes }) => ["span", mergeAttributes({ class: "footnote" }, HTMLAttributes), 0],
  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "footnote",
      groups: "insert",
      button: buttons.text("Note", "Footnote: the chosen words become the note"),
      active: (editor) => editor.isActive("footnote"),
      async command(editor) {
        const chain = () => editor.chain().focus()
        if (editor.isActive("footnote")) {
          chain().extendMarkRange("footnote").unsetMark("footnote").run()
        } else if (!editor.state.selection.empty) {
          chain().setMark("footnote", { number: ++notes }).run()
        } else {
          const given = await noteDialog(editor, {})
          if (!given?.text.trim()) return
          const marks = [{ type: "footnote", attrs: { number: ++notes } }]
          chain().insertContent({ type: "text", text: given.text.trim(), marks }).run()
        }
      },
    })
  },
})

const noteDialog = updateAttrsDialog(
  { text: { title: "Text of the note", format: "textarea" } },
  { title: "Footnote", submitText: "Insert" },
)

const Foreign = Mark.create({
  name: "foreign",
  priority: 950,
  addAttributes: () => languageAttributes,
  parseHTML: () => [{ tag: "span[lang]" }, { tag: "span[dir]" }],
  renderHTML: ({ HTMLAttributes }) => ["span", HTMLAttributes, 0],
  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "foreign",
      groups: "insert",
      button: buttons.text("Language", "Say which language the chosen words are in"),
      active: (editor) => editor.isActive("foreign"),
      enabled: (editor) => !editor.state.selection.empty || editor.isActive("foreign"),
      async command(editor) {
        const current = editor.getAttributes("foreign")
        const given = await foreignDialog(editor, { lang: current.lang || "" })
        if (!given) return
        const lang = given.lang.trim().toLowerCase()
        const chain = editor.chain().focus().extendMarkRange("foreign")
        if (/^[a-z]{2,3}(-[a-z0-9]{1,8})*$/.test(lang)) chain.setMark("foreign", { lang, dir: directionOf(lang) }).run()
        else chain.unsetMark("foreign").run()
      },
    })
  },
})

const foreignDialog = updateAttrsDialog(
  { lang: { title: "Language", description: "Its code, as fr or ar; empty takes it away." } },
  { title: "Words in another language", submitText: "Set" },
)

const Code = library.Code.extend({ excludes: "" })
const Figure = library.Figure.extend({ addAttributes: () => ({}) })
const Caption = library.Caption.extend({ addAttributes: () => ({}) })
const Image = library.Image.extend({ addAttributes: () => ({ src: { default: null }, alt: { default: "" } }) })
const Link = library.Link.extend({ addAttributes: () => ({ href: { default: null } }) })
const OrderedList = library.OrderedList.extend({
  addOptions() {
    return { ...this.parent?.(), enableListAttributes: false }
  },
  addAttributes: () => ({
    start: {
      default: 1,
      parseHTML: (element) => Number.parseInt(element.getAttribute("start") ?? "1", 10) || 1,
      renderHTML: ({ start }) => (start === 1 ? {} : { start }),
    },
  }),
  addNodeView: null,
})
const TableHeader = library.TableHeader.extend({
  addAttributes() {
    return {
      ...this.parent?.(),
      scope: { default: null, parseHTML: (element) => element.getAttribute("scope") },
    }
  },
})

const extensions = {
  ...library, Blockquote, Caption, Code, Embed, Figure, Footnote, Foreign, Image, Languages, Link, OrderedList,
  Preformatted, TableHeader,
}

const isEmpty = (html) => /^<(\w+)(\s[^>]*)?><\/\1>$/.test(html)

// What comes from Word, Docs or the web is cleaned by the rules of newsroom/html.py before it is read.
const pasteThroughServer = (textarea) => (view, event) => {
  const html = event.clipboardData?.getData("text/html")
  const address = textarea.dataset.clean
  if (!html || !address || html.includes("data-pm-slice")) return false
  event.preventDefault()
  const data = new FormData()
  data.append("html", html)
  const headers = { "X-CSRFToken": textarea.form.elements.csrfmiddlewaretoken.value }
  fetch(address, { method: "POST", body: data, headers })
    .then((response) => (response.ok ? response.text() : html))
    .catch(() => html)
    .then((cleaned) => view.pasteHTML(cleaned))
  return true
}

function open(textarea) {
  const config = JSON.parse(textarea.dataset.bodyEditor)
  config.extensions.Figure = { pickerUrl: config.pictures }
  const chosen = Object.entries(config.extensions)
    .filter(([name]) => extensions[name])
    .map(([name, options]) => (typeof options === "object" ? extensions[name].configure(options) : extensions[name]))
  const label = textarea.labels[0]
  const frame = document.createElement("div")
  frame.className = "prose-editor"
  textarea.before(frame)
  frame.append(textarea)
  const editor = new Editor({
    element: frame,
    extensions: chosen,
    content: textarea.value,
    editable: !textarea.disabled,
    injectCSS: false, // the policy allows no style element; newsroom.css has these few rules
    editorProps: {
      attributes: {
        id: `${textarea.id}_editor`,
        role: "textbox",
        "aria-multiline": "true",
        "aria-label": label?.textContent.trim() || "Body",
        dir: textarea.dir || "ltr",
        lang: textarea.lang || document.documentElement.lang,
        spellcheck: "true",
      },
      // Before the library reads it, since what it reads has style attributes that the policy reports.
      handleDOMEvents: { paste: pasteThroughServer(textarea) },
    },
    onUpdate() {
      const html = editor.getHTML()
      textarea.value = isEmpty(html) ? "" : html
      textarea.dispatchEvent(new Event("input", { bubbles: true }))
    },
  })
  const bar = frame.querySelector(".prose-menubar")
  bar?.setAttribute("role", "toolbar")
  bar?.setAttribute("aria-label", "Formatting")
  label?.addEventListener("click", () => editor.commands.focus())
  textarea.addEventListener("body:focus", () => editor.commands.focus())
  textarea.addEventListener("body:language", ({ detail }) => {
    editor.view.dom.dir = detail.direction
    editor.view.dom.lang = detail.language
  })
}

for (const textarea of document.querySelectorAll("[data-body-editor]")) open(textarea)
