/** The other files of examples/cluster, read by the programs that they are for, without a server or an account. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { environment, missingAmong, run, skippedWithout } from './cluster.js';

const KUBERNETES = 'examples/cluster/kubernetes.yaml';
const BATCH = 'examples/cluster/aws-batch.json';
const SCRIPTS = ['examples/cluster/slurm.sh', 'examples/cluster/parallel.sh'];

const without = (program: string) => {
  const missing = missingAmong([program]);
  return { skip: missing.length > 0, note: skippedWithout(`examples that need ${program}`, missing) };
};
const ask = (program: string, args: string[]) =>
  execFileSync(program, args, { encoding: 'utf8', env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });

const kubectl = without('kubectl');
describe.skipIf(kubectl.skip)(`kubernetes.yaml${kubectl.note}`, () => {
  /** The file's two Jobs, after a change that kubectl makes without a server. */
  const jobs = (...change: string[]) =>
    JSON.parse(
      `[${ask('kubectl', [...change, '--local', '-o', 'json', '-f', KUBERNETES]).replace(/^}\n{/gm, '},{')}]`,
    );

  test('kubectl knows every field, and its type', () => {
    // "annotate" keeps fields that Kubernetes does not have; "set env" drops them.
    const [written, known] = [jobs('annotate', 'a=b'), jobs('set', 'env', 'A=b')];
    for (const job of written) job.metadata.annotations = undefined;
    expect(known).toMatchObject(JSON.parse(JSON.stringify(written)));
  });

  test('its shards are as many as the Job completes, and each exit code is treated as documented', () => {
    const [render, join] = jobs('annotate', 'a=b');
    const { completions, completionMode, podFailurePolicy, template } = render.spec;
    expect(completionMode).toBe('Indexed');
    expect(template.spec.containers[0].command).toContain(`auto/${completions}`);
    const actionOf = (job: typeof render, code: number) => {
      for (const { action, onExitCodes } of job.spec.podFailurePolicy.rules) {
        const { operator, values } = onExitCodes ?? { operator: 'In', values: [] };
        if (values.includes(code) === (operator === 'In')) return action;
      }
      return 'Count'; // as Kubernetes does by default
    };
    const actions = (job: typeof render) => [1, 2, 3, 75, 137].map((code) => actionOf(job, code));
    expect(actions(render)).toEqual(['FailIndex', 'FailJob', 'FailJob', 'Count', 'Count']);
    expect(actions(join)).toEqual(['FailJob', 'FailJob', 'FailJob', 'Count', 'Count']);
    expect(podFailurePolicy.rules[0].onPodConditions).toEqual([{ type: 'DisruptionTarget', status: 'True' }]);
  });
});

const aws = without('aws');
describe.skipIf(aws.skip)(`aws-batch.json${aws.note}`, () => {
  test.concurrent.each([
    ['definition', 'register-job-definition'],
    ['render', 'submit-job'],
    ['join', 'submit-job'],
  ])('the AWS CLI accepts the request "%s"', async (name, command) => {
    const request = JSON.stringify(JSON.parse(readFileSync(BATCH, 'utf8'))[name]);
    const check = [
      '--cli-input-json',
      request,
      '--generate-cli-skeleton',
      'output',
      '--region',
      'eu-central-1',
    ];
    const { code, output } = await run('aws', ['batch', command, ...check], { env: environment() });
    expect(code, output).toBe(0);
  });
});

test('AWS Batch retries what a retry may cure', () => {
  const { definition } = JSON.parse(readFileSync(BATCH, 'utf8'));
  const { evaluateOnExit } = definition.retryStrategy;
  const actionOf = (code: string) =>
    evaluateOnExit.find(
      ({ onExitCode }: { onExitCode?: string }) => onExitCode === code || onExitCode === '*',
    ).action;
  expect(['1', '2', '3', '75', '137'].map(actionOf)).toEqual(['EXIT', 'EXIT', 'EXIT', 'RETRY', 'RETRY']);
});

const shellcheck = without('shellcheck');
test.skipIf(shellcheck.skip)(`ShellCheck finds nothing in the scripts${shellcheck.note}`, () => {
  expect(() => ask('shellcheck', SCRIPTS)).not.toThrow();
});
