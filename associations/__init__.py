"""Which asset shows which product: bindings, the proposals that may become one, and what a product inherits."""
