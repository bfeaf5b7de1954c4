"""How much to make."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Counts of things to make; the faulty rows and files come once each, whatever the scale."""

    models: int = 8
    colours: int = 2
    sizes: int = 3
    #: Pictures per model and colour: the first is the hero, the second shows a swing tag or a detail.
    views: int = 2
    #: Rows of the second supplier.
    second: int = 6
    #: Picture width in pixels; the height is 5/4 of it.
    width: int = 1600
    #: Processes that draw; the bytes do not depend on it.
    workers: int = 1

    def __post_init__(self) -> None:
        """Refuse scales that could not hold the cases the manifest promises."""
        if self.models < 5:
            msg = "models must be 5 or more"
            raise ValueError(msg)
        if not 1 <= self.colours <= 7 or not 1 <= self.sizes <= 5 or self.views < 1:
            msg = "colours must be 1 to 7, sizes 1 to 5, views 1 or more"
            raise ValueError(msg)
        if self.width < 600:
            msg = "width must be 600 pixels or more"
            raise ValueError(msg)

    @property
    def height(self) -> int:
        """Picture height in pixels."""
        return self.width * 5 // 4
