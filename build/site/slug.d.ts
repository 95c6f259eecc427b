export declare class Slugs {
  of(text: string): string;
}
