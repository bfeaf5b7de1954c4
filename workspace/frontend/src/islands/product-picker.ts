// A field to choose a product in. Who scans a GTIN is faster than the options: the form goes out with what was scanned.
import { Picker } from "../picker.ts";

class ProductPicker extends Picker {
  protected override picked(uid: string, sku: string, title: string): void {
    this.dispatchEvent(new CustomEvent("product-picked", { bubbles: true, detail: { uid, sku, title } }));
  }
}

customElements.define("product-picker", ProductPicker);
