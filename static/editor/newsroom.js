// The body editor: the forms of articles/bodies.py on django-prose-editor. What is sent is cleaned by the server.
import * as library from "django-prose-editor/editor"

const { Editor, Extension, Mark, Node, Plugin, canInsertNode, mergeAttributes, updateAttrsDialog } = library
const { Decoration, DecorationSet } = library.pm.view

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
      button: buttons.text("Embed", "Embed a video, a recording or a document by its address"),
      active: (editor) => editor.isActive("embed"),
      async command(editor) {
        const current = editor.getAttributes("embed")
        const given = await embedDialog(editor, { href: current.href || "", title: current.title || "" })
        if (!given || !/^(https?:\/\/|\/(recording|document)\/)/.test(given.href.trim())) return
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
    href: { title: "Address, as in the browser, or that of a recording or document here", required: true },
    title: { title: "Title, which readers see before they load it" },
  },
  { title: "Embed", submitText: "Insert" },
)

// Pictures that readers page through. One picture alone is a figure again when the body is cleaned.
const Gallery = Node.create({
  name: "gallery",
  group: "block",
  content: "figure+",
  isolating: true,
  addOptions: () => ({ windowUrl: null }),
  parseHTML: () => [{ tag: "div.gallery" }],
  renderHTML: () => ["div", { class: "gallery" }, 0],
  addMenuItems({ menu, buttons }) {
    const { windowUrl } = this.options
    const isInGallery = (editor) => galleryAt(editor.state) !== null
    menu.defineItem({
      name: "gallery",
      groups: "insert",
      button: buttons.text("Gallery", "Gallery: join the pictures here, part them again, or choose several"),
      active: isInGallery,
      command(editor) {
        const gallery = galleryAt(editor.state)
        const neighbours = figuresAt(editor.state)
        if (gallery) replace(editor, gallery.start, gallery.node.nodeSize, gallery.node.content)
        else if (neighbours) replace(editor, neighbours.start, neighbours.size, join(editor, neighbours.figures))
        else choosePictures(windowUrl, (figures) => insertAfterBlock(editor, figures))
      },
    })
    menu.defineItem({
      name: "galleryAdd",
      groups: "insert",
      button: buttons.text("Add pictures", "Add pictures to the gallery"),
      hidden: (editor) => !isInGallery(editor),
      command: (editor) =>
        choosePictures(windowUrl, (figures) => {
          const gallery = galleryAt(editor.state)
          if (gallery) editor.commands.insertContentAt(gallery.start + gallery.node.nodeSize - 1, figures)
          else insertAfterBlock(editor, figures)
        }),
    })
    for (const [name, label, title, by] of [
      ["galleryEarlier", "Earlier", "Move the picture one place earlier", -1],
      ["galleryLater", "Later", "Move the picture one place later", 1],
    ]) {
      menu.defineItem({
        name,
        groups: "insert",
        button: buttons.text(label, title),
        hidden: (editor) => !isInGallery(editor),
        enabled: (editor) => galleryAt(editor.state)?.node.maybeChild(galleryAt(editor.state).index + by) != null,
        command: (editor) => movePicture(editor, by),
      })
    }
  },
})

// The gallery that the selection is in, and which of its pictures that is.
function galleryAt({ selection }) {
  const { $from, node } = selection
  if (node?.type.name === "gallery") return { node, start: $from.pos, index: 0 }
  for (let depth = $from.depth; depth > 0; depth--) {
    if ($from.node(depth).type.name === "gallery") {
      return { node: $from.node(depth), start: $from.before(depth), index: $from.index(depth) }
    }
  }
  return null
}

// The chosen pictures; where one is chosen, with those that stand beside it.
function figuresAt({ doc, selection }) {
  const isFigure = (index) => doc.maybeChild(index)?.type.name === "figure"
  let first = selection.$from.index(0)
  let last = selection.$to.indexAfter(0) - 1
  if (first === last && isFigure(first)) {
    while (isFigure(first - 1)) first--
    while (isFigure(last + 1)) last++
  }
  const figures = []
  let start = 0
  for (let index = 0; index <= last; index++) {
    if (index < first) start += doc.child(index).nodeSize
    else if (isFigure(index)) figures.push(doc.child(index))
    else return null
  }
  const size = figures.reduce((sum, figure) => sum + figure.nodeSize, 0)
  return figures.length > 1 ? { figures, start, size } : null
}

const join = (editor, figures) => editor.schema.nodes.gallery.create(null, figures)

function replace(editor, start, size, content, chosen = start) {
  editor
    .chain()
    .focus()
    .command(({ tr }) => Boolean(tr.replaceWith(start, start + size, content)))
    .setNodeSelection(chosen)
    .run()
}

function movePicture(editor, by) {
  const { node, start, index } = galleryAt(editor.state)
  const figures = [...node.content.content]
  const [moved] = figures.splice(index, 1)
  figures.splice(index + by, 0, moved)
  const before = figures.slice(0, index + by).reduce((sum, figure) => sum + figure.nodeSize, 0)
  replace(editor, start, node.nodeSize, join(editor, figures), start + 1 + before)
}

function insertAfterBlock(editor, figures) {
  const { $to } = editor.state.selection
  const place = $to.depth ? $to.after(1) : $to.pos
  editor.chain().focus().insertContentAt(place, figures.length > 1 ? { type: "gallery", content: figures } : figures).run()
}

// Opens the picture window, which answers with an event on this page.
let choosing = null

function choosePictures(address, insert, purpose = "several=1") {
  choosing?.abort()
  choosing = new AbortController()
  const answer = ({ detail }) => detail.length && insert(detail.map(figureOf))
  document.addEventListener("newsroom:pictures", answer, { once: true, signal: choosing.signal })
  window.open(`${address}${address.includes("?") ? "&" : "?"}${purpose}`, "_blank", "width=960,height=720")
}

function figureOf({ src, alt, caption, decorative }) {
  const image = { type: "image", attrs: { src, alt: decorative ? "" : alt, role: decorative ? "presentation" : null } }
  const words = caption?.trim()
  return {
    type: "figure",
    content: words ? [image, { type: "caption", content: [{ type: "text", text: words }] }] : [image],
  }
}

// A picture: chosen in the window, and below it a button that says how it is described and leads to its words.
const Figure = library.Figure.extend({
  addAttributes: () => ({}),
  addOptions() {
    return { ...this.parent?.(), windowUrl: null }
  },
  addCommands() {
    const { windowUrl } = this.options
    return {
      ...this.parent?.(),
      insertFigure:
        () =>
        ({ editor, state, dispatch }) => {
          const start = figureAt(state)
          if (start === null && !canInsertNode(state, state.schema.nodes.figure)) return false
          if (!dispatch) return true
          if (start === null) {
            choosePictures(windowUrl, (figures) => insertAfterBlock(editor, figures), "for=text")
          } else describe(editor, start, windowUrl)
          return true
        },
    }
  },
  addProseMirrorPlugins() {
    const { editor, options } = this
    const decorations = ({ doc }) => {
      const buttons = []
      doc.descendants((node, position) => {
        if (node.type.name === "figure") buttons.push(wordsButton(editor, node, position, options.windowUrl))
        return node.type.name !== "figure"
      })
      return DecorationSet.create(doc, buttons)
    }
    return [new Plugin({ props: { decorations } })]
  },
})

// Where the picture begins that the selection is in.
function figureAt({ selection: { $from } }) {
  for (let depth = $from.depth; depth > 0; depth--) {
    if ($from.node(depth).type.name === "figure") return $from.before(depth)
  }
  return null
}

function wordsButton(editor, figure, position, windowUrl) {
  const { alt, role } = figure.firstChild.attrs
  const words = role ? "Decoration only" : alt || "No description"
  const draw = (view, getPos) => {
    const button = document.createElement("button")
    button.type = "button"
    button.className = alt || role ? "figure-words" : "figure-words missing"
    button.textContent = words
    button.title = "Change what is said of the picture"
    button.addEventListener("click", () => describe(editor, view.state.doc.resolve(getPos()).before(), windowUrl))
    return button
  }
  const end = position + figure.nodeSize - 1
  return Decoration.widget(end, draw, { side: 1, key: words, ignoreSelection: true, stopEvent: () => true })
}

// Asks what is said of a picture in this text. A caption with links or emphasis is edited in its place instead.
async function describe(editor, start, windowUrl) {
  const figure = editor.state.doc.nodeAt(start)
  const caption = figure.maybeChild(1)
  const isPlain = !caption || caption.content.content.every((node) => node.isText && !node.marks.length)
  const another = (values, form) => {
    form.closest("dialog").close()
    const exchange = (figures) => {
      const old = editor.state.doc.nodeAt(start)
      if (old?.type.name !== "figure") return insertAfterBlock(editor, figures)
      editor.chain().focus().insertContentAt({ from: start, to: start + old.nodeSize }, figures).run()
    }
    choosePictures(windowUrl, exchange, "for=text")
  }
  const ask = updateAttrsDialog(
    {
      alt: { title: "Description", description: "What is seen, for readers who cannot see it.", format: "textarea" },
      decorative: { title: "Decoration only: it says nothing that the text does not say", type: "boolean" },
      ...(isPlain ? { caption: { title: "Caption", format: "textarea" } } : {}),
    },
    { title: "Words of the picture", actions: [{ text: "Choose another…", handler: another }] },
  )
  const { alt, role } = figure.firstChild.attrs
  const given = await ask(editor, { alt, decorative: role, caption: caption?.textContent })
  if (!given) return
  const words = { src: figure.firstChild.attrs.src, ...given, alt: given.alt.trim(), caption: given.caption }
  const changed = editor.schema.nodeFromJSON(figureOf(words))
  const content = isPlain ? changed.content : changed.content.addToEnd(caption)
  editor
    .chain()
    .focus()
    .command(({ tr }) => Boolean(tr.replaceWith(start + 1, start + figure.nodeSize - 1, content)))
    .setNodeSelection(start + 1)
    .run()
}

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
const Caption = library.Caption.extend({ addAttributes: () => ({}) })
const Image = library.Image.extend({
  addAttributes: () => ({
    src: { default: null },
    alt: { default: "" },
    role: {
      default: null,
      parseHTML: (element) => (element.getAttribute("role") === "presentation" ? "presentation" : null),
      renderHTML: ({ alt, role }) => (role && !alt ? { role } : {}),
    },
  }),
})
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
  ...library, Blockquote, Caption, Code, Embed, Figure, Footnote, Foreign, Gallery, Image, Languages, Link,
  OrderedList, Preformatted, TableHeader,
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

// What was typed into the field before the editor stood, with a mark where the cursor was: plain words are paragraphs.
const CURSOR = "\uE000" // of private use

function begun({ value, defaultValue, selectionStart }, isWritten) {
  if (value === defaultValue) return value
  const before = value.slice(0, selectionStart)
  const marked = isWritten && before.lastIndexOf("<") <= before.lastIndexOf(">") ? before + CURSOR + value.slice(selectionStart) : value
  if (/<\w/.test(value)) return marked
  const paragraphs = marked.split("\n").filter((line) => line.trim())
  return paragraphs.map((line) => Object.assign(document.createElement("p"), { textContent: line }).outerHTML).join("")
}

function goOnWriting(editor) {
  let place = null
  editor.state.doc.descendants((node, position) => {
    if (node.isText && node.text.includes(CURSOR)) place = position + node.text.indexOf(CURSOR)
  })
  const chain = editor.chain().focus()
  if (place === null) chain.run()
  else chain.deleteRange({ from: place, to: place + 1 }).setTextSelection(place).setMeta("addToHistory", false).run()
}

function open(textarea) {
  const config = JSON.parse(textarea.dataset.bodyEditor)
  for (const name of ["Figure", "Gallery"]) {
    if (config.extensions[name]) config.extensions[name] = { windowUrl: config.pictures }
  }
  const chosen = Object.entries(config.extensions)
    .filter(([name]) => extensions[name])
    .map(([name, options]) => (typeof options === "object" ? extensions[name].configure(options) : extensions[name]))
  const label = textarea.labels[0]
  const isWritten = document.activeElement === textarea
  const frame = document.createElement("div")
  frame.className = "prose-editor"
  textarea.before(frame)
  frame.append(textarea)
  const editor = new Editor({
    element: frame,
    extensions: chosen,
    content: begun(textarea, isWritten),
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
    onCreate() {
      const bar = frame.querySelector(".prose-menubar")
      bar.setAttribute("role", "toolbar")
      bar.setAttribute("aria-label", "Formatting")
    },
    onUpdate: handOver,
  })
  function handOver() {
    const html = editor.getHTML()
    textarea.value = isEmpty(html) ? "" : html
    textarea.dispatchEvent(new Event("input", { bubbles: true }))
  }
  if (isWritten) goOnWriting(editor)
  else if (textarea.value !== textarea.defaultValue) handOver()
  label?.addEventListener("click", () => editor.commands.focus())
  textarea.addEventListener("body:focus", () => editor.commands.focus())
  textarea.addEventListener("body:find", ({ detail }) => {
    // To the place with these words, of several the one that is asked for, or to the text as a whole.
    const places = []
    editor.state.doc.descendants((node, position) => {
      if (!node.isTextblock || !detail.words) return
      for (let at = node.textContent.indexOf(detail.words); at >= 0; at = node.textContent.indexOf(detail.words, at + 1)) {
        places.push({ from: position + 1 + at, to: position + 1 + at + detail.words.length })
      }
    })
    const range = places[detail.nth] ?? places[0]
    const chain = editor.chain().focus()
    if (range) chain.setTextSelection(range).scrollIntoView().run()
    else chain.run()
    editor.view.dom.closest(".prose-editor").scrollIntoView({ block: range ? "nearest" : "start" })
  })
  textarea.addEventListener("body:language", ({ detail }) => {
    editor.view.dom.dir = detail.direction
    editor.view.dom.lang = detail.language
  })
}

for (const textarea of document.querySelectorAll("[data-body-editor]")) open(textarea)
