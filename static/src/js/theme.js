// Runs before the first paint: apply the reader's own choice of appearance, and keep away what was put away.
import { apply } from "./appearance.js"
import { hide } from "./breaking.js"

apply()
hide()
apply(kept())
