/** Makes bundles smaller by leaving out what our pages do not use of zod: JSON schemas. */
import { build } from 'esbuild';

/** The modules that only write JSON schemas: a tenth of zod. */
const JSON_SCHEMA = /zod[\\/]v4[\\/]core[\\/](?:to-json-schema|json-schema-processors)\.js$/;

/** A plugin for esbuild. In its bundles, schemas have no JSON schema, and no minValue, maxValue or the like. */
export const withoutJsonSchema = {
  name: 'without-json-schema',
  setup({ onLoad }) {
    onLoad({ filter: JSON_SCHEMA }, async ({ path }) => {
      const { metafile } = await build({
        entryPoints: [path],
        format: 'esm',
        metafile: true,
        write: false,
        logLevel: 'silent',
      });
      const [{ exports }] = Object.values(metafile.outputs);
      return { contents: exports.map((name) => `export const ${name} = () => ({});`).join('\n') };
    });
  },
};
