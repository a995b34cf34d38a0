// The focal point shown over the picture: press, drag or use the arrow keys; the numbers stay the exact way.
// Attached to [data-focal] in a form with the fields focal_x and focal_y, also in fragments that arrive later; crops
// drawn in the same form (svg[data-ratio]) follow, but for those of another picture that a field names. A form of
// several pictures has each in a [data-one].

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

const within = (value, least, most) => Math.min(most, Math.max(least, value))
const perCent = (value) => within(Math.round(value), 0, 100)

// The same computation as Shape.box in articles/renditions.py.
function box({ width, height, crop: [cropX, cropY, cropWidth, cropHeight], focal: [x, y], ratio }) {
  const left = (width * cropX) / 100
  const top = (height * cropY) / 100
  const all = [Math.max(1, Math.round((width * cropWidth) / 100)), Math.max(1, Math.round((height * cropHeight) / 100))]
  const across = Math.min(all[0], all[1] * ratio)
  const down = Math.min(all[1], all[0] / ratio)
  return [
    left + within((width * x) / 100 - left - across / 2, 0, all[0] - across),
    top + within((height * y) / 100 - top - down / 2, 0, all[1] - down),
    across, down,
  ]
}

function attach(stage) {
  const form = stage.closest("[data-one], form")
  const field = (name) => form?.querySelector(`[name$="${name}"]`)
  const [across, down] = ["focal_x", "focal_y"].map(field)
  if (!across || !down || stage.querySelector(".focal-point")) return
  const point = document.createElement("button")
  point.type = "button"
  point.className = "focal-point"

  const crop = () => {
    const fields = ["crop_x", "crop_y", "crop_width", "crop_height"].map(field)
    return fields[0] ? fields.map(({ value }) => perCent(value)) : stage.dataset.cropBox.split(" ").map(Number)
  }
  const place = () => {
    const focal = [perCent(across.value), perCent(down.value)]
    point.style.left = `${focal[0]}%`
    point.style.top = `${focal[1]}%`
    point.setAttribute("aria-label", `Focal point, ${focal[0]} per cent from the left, ${focal[1]} from the top. Arrow keys move it.`)
    const { width, height } = stage.dataset
    for (const drawn of form.querySelectorAll("svg[data-ratio]:not([data-picture-field] *)")) {
      drawn.setAttribute("viewBox", box({ width, height, crop: crop(), focal, ratio: Number(drawn.dataset.ratio) }).join(" "))
    }
  }
  const set = (x, y) => {
    across.value = perCent(x)
    down.value = perCent(y)
    across.dispatchEvent(new Event("input", { bubbles: true }))
  }
  const follow = (event) => {
    const shown = stage.getBoundingClientRect()
    set(((event.clientX - shown.left) / shown.width) * 100, ((event.clientY - shown.top) / shown.height) * 100)
  }
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("button:not(.focal-point)")) return
    event.preventDefault()
    stage.setPointerCapture(event.pointerId)
    follow(event)
    point.focus()
  })
  stage.addEventListener("pointermove", (event) => stage.hasPointerCapture(event.pointerId) && follow(event))
  point.addEventListener("keydown", (event) => {
    if (!ARROWS[event.key]) return
    event.preventDefault()
    const [x, y] = ARROWS[event.key].map((step) => step * (event.shiftKey ? 10 : 1))
    set(Number(across.value) + x, Number(down.value) + y)
  })
  form.addEventListener("input", ({ target }) => /\b(focal|crop)_/.test(target.name) && place())
  stage.append(point)
  place()
}

const equip = (within) => within.querySelectorAll("[data-focal]").forEach(attach)
equip(document)
document.addEventListener("fragment:added", ({ target }) => equip(target))
