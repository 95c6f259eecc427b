/** The relative luminance of linear red, green and blue: IEC 61966-2-1. */
export const LUMINANCE: readonly [red: number, green: number, blue: number] = [0.2126, 0.7152, 0.0722];
