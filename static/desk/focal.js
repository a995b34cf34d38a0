// The focal point shown over the picture: press, drag or use the arrow keys; the numbers stay the exact way.

const stage = document.querySelector("[data-focal]")
const across = document.getElementById("id_focal_x")
const down = document.getElementById("id_focal_y")

if (stage && across && down) {
  const point = document.createElement("button")
  point.type = "button"
  point.className = "focal-point"
  const within = (value) => Math.min(100, Math.max(0, Math.round(value)))
  const place = () => {
    point.style.left = `${within(across.value)}%`
    point.style.top = `${within(down.value)}%`
    point.setAttribute("aria-label", `Focal point, ${within(across.value)} per cent from the left, ${within(down.value)} from the top. Arrow keys move it.`)
  }
  const set = (x, y) => {
    across.value = within(x)
    down.value = within(y)
    place()
  }
  const follow = (event) => {
    const box = stage.getBoundingClientRect()
    set(((event.clientX - box.left) / box.width) * 100, ((event.clientY - box.top) / box.height) * 100)
  }
  stage.addEventListener("pointerdown", (event) => {
    event.preventDefault()
    stage.setPointerCapture(event.pointerId)
    follow(event)
    point.focus()
  })
  stage.addEventListener("pointermove", (event) => stage.hasPointerCapture(event.pointerId) && follow(event))
  point.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
    if (!moves[event.key]) return
    event.preventDefault()
    const [x, y] = moves[event.key].map((step) => step * (event.shiftKey ? 10 : 1))
    set(Number(across.value) + x, Number(down.value) + y)
  })
  across.addEventListener("input", place)
  down.addEventListener("input", place)
  stage.append(point)
  place()
}
