// Runs before the first paint: apply the reader's own choice of appearance, and keep away what was put away.
import { apply } from "./appearance.js"
import { hide } from "./breaking.js"
import { apply as applyTextSize, kept as keptTextSize } from "./text-size.js"

apply()
hide()
applyTextSize(keptTextSize())
