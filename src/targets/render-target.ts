import { assertNever } from '../core/errors.ts';
import type { TargetSpec } from '../core/manifest/release-schema.ts';
import { readGatewayApi, renderGatewayApi } from './gateway-api.ts';
import { readKServeKnative, renderKServeKnative } from './kserve-knative.ts';
import { readKServeStandard, renderKServeStandard } from './kserve-standard.ts';
import type { Rendering, Split } from './target.ts';
import type { Found } from './target-source.ts';

/**
 * Writes the split that a manifest asks for into the text of a target file, in place: outside the changed values every
 * byte stays. Rendering twice gives the same text. Positions of problems are in `spec.file`.
 * @throws ToolError BUG when the edited text, parsed again, differs in more than was to change
 */
export function renderTarget(spec: TargetSpec, text: string, split: Split): Rendering {
  switch (spec.kind) {
    case 'gateway-api':
      return renderGatewayApi(spec, text, split);
    case 'kserve':
      return spec.mode === 'knative'
        ? renderKServeKnative(spec, text, split)
        : renderKServeStandard(spec, text, split);
    default:
      return assertNever(spec);
  }
}

/**
 * Shares in percent as the file says now, for messages: by backend, or in KServe's Knative mode by storage URI, where the
 * rest goes to the version that was rolled out before. The split only tells which rule of a route is meant.
 */
export function readSplit(spec: TargetSpec, text: string, split: Split): Found<ReadonlyMap<string, number>> {
  switch (spec.kind) {
    case 'gateway-api':
      return readGatewayApi(spec, text, split);
    case 'kserve':
      return spec.mode === 'knative' ? readKServeKnative(spec, text) : readKServeStandard(spec, text);
    default:
      return assertNever(spec);
  }
}
