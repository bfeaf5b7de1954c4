// Where a picture that is looked at closely stands in its stage, in pixels.

/** Keep a picture of this size from leaving its stage: centred where it is smaller, edge to edge where it is larger. */
export function settle(offset: number, size: number, room: number): number {
  return size <= room ? (room - size) / 2 : Math.min(0, Math.max(room - size, offset));
}

/** Where the picture has to be so that the same point stays under the pointer. */
export function aim(offset: number, point: number, factor: number): number {
  return point - (point - offset) * factor;
}
