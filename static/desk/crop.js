// The crop drawn over the picture: a frame whose corners and grip are dragged or moved with the arrow keys; the numbers
// stay the exact way. Attached to [data-crop] in a form with the fields crop_x, crop_y, crop_width and crop_height,
// also in fragments that arrive later. A form of several pictures has each in a [data-one].

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
const LEAST = 5 // per cent of the picture that a drag leaves
const HANDLES = [
  ["top-left", "Top left corner", -1, -1], ["top-right", "Top right corner", 1, -1],
  ["bottom-left", "Bottom left corner", -1, 1], ["bottom-right", "Bottom right corner", 1, 1],
  ["grip", "Whole frame", 0, 0],
]

const within = (value, least, most) => Math.min(most, Math.max(least, value))

function attach(stage) {
  const form = stage.closest("[data-one], form")
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => form?.querySelector(`[name$="crop_${name}"]`))
  if (!x || stage.querySelector(".crop-frame")) return
  const frame = document.createElement("div")
  frame.className = "crop-frame"

  const edges = () => {
    const [left, top, across, down] = [x, y, width, height].map(({ value }) => within(Math.round(value), 0, 100))
    return { left, top, right: Math.min(100, left + across), bottom: Math.min(100, top + down) }
  }
  const place = () => {
    const { left, top, right, bottom } = edges()
    Object.assign(frame.style, { left: `${left}%`, top: `${top}%`, right: `${100 - right}%`, bottom: `${100 - bottom}%` })
    for (const [name, words] of HANDLES) {
      const [fromLeft, fromTop] = [name.endsWith("right") ? right : left, name.startsWith("bottom") ? bottom : top]
      frame.querySelector(`.${name}`).setAttribute("aria-label", `${words} of the crop, ${fromLeft} per cent from the left, ${fromTop} from the top. Arrow keys move it.`)
    }
    whole.hidden = left === 0 && top === 0 && right === 100 && bottom === 100
  }
  const set = ({ left, top, right, bottom }) => {
    for (const [field, value] of [[x, left], [y, top], [width, right - left], [height, bottom - top]]) field.value = value
    x.dispatchEvent(new Event("input", { bubbles: true }))
  }
  const move = (from, [, , sideways, upright], across, down) => {
    const to = { ...from }
    if (!sideways) {
      const [byX, byY] = [within(across, -from.left, 100 - from.right), within(down, -from.top, 100 - from.bottom)]
      set({ left: from.left + byX, right: from.right + byX, top: from.top + byY, bottom: from.bottom + byY })
      return
    }
    if (sideways < 0) to.left = within(from.left + across, 0, from.right - LEAST)
    else to.right = within(from.right + across, from.left + LEAST, 100)
    if (upright < 0) to.top = within(from.top + down, 0, from.bottom - LEAST)
    else to.bottom = within(from.bottom + down, from.top + LEAST, 100)
    set(to)
  }

  for (const handle of HANDLES) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = `crop-handle ${handle[0]}`
    let begun = null
    button.addEventListener("pointerdown", (event) => {
      event.preventDefault()
      event.stopPropagation()
      button.setPointerCapture(event.pointerId)
      begun = { at: [event.clientX, event.clientY], edges: edges() }
      button.focus()
    })
    button.addEventListener("pointermove", (event) => {
      if (!begun || !button.hasPointerCapture(event.pointerId)) return
      event.stopPropagation()
      const shown = stage.getBoundingClientRect()
      const by = [(event.clientX - begun.at[0]) / shown.width, (event.clientY - begun.at[1]) / shown.height]
      move(begun.edges, handle, ...by.map((part) => Math.round(part * 100)))
    })
    button.addEventListener("keydown", (event) => {
      if (!ARROWS[event.key]) return
      event.preventDefault()
      move(edges(), handle, ...ARROWS[event.key].map((step) => step * (event.shiftKey ? 10 : 1)))
    })
    frame.append(button)
  }
  const whole = document.createElement("button")
  whole.type = "button"
  whole.className = "button crop-whole"
  whole.textContent = "Show the whole picture"
  whole.addEventListener("click", () => {
    set({ left: 0, top: 0, right: 100, bottom: 100 })
    frame.querySelector("button").focus()
  })
  for (const field of [x, y, width, height]) field.addEventListener("input", place)
  stage.append(frame)
  stage.after(whole)
  place()
}

const equip = (root) => root.querySelectorAll("[data-crop]").forEach(attach)
equip(document)
document.addEventListener("fragment:added", ({ target }) => equip(target))
