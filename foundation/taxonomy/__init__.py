"""Trees of categories: the product hierarchy, by which people's reach is limited, and trees to browse by."""
