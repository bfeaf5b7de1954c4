// A field to choose a category of a tree in, by name or code.
import { Picker } from "../picker.ts";

class CategoryPicker extends Picker {}

customElements.define("category-picker", CategoryPicker);
