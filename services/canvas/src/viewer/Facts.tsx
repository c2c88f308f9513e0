/** What is known of a result, in words. */
import type { Asset, LineageNode, Uses } from "../io/assets";
import { price } from "../run/words";
import { address } from "../route";
import { serverNow } from "../store/live";
import type { Thing } from "./openViewer";
import { kindOf, playing, shownValue, size, spelled, when } from "./words";

type Fact = readonly [name: string, value: string];
const TOLD_APART = new Set(["prompt", "text", "model", "provider", "seed"]);

export function Prompt({ asset, step }: { asset: Asset | null; step: LineageNode | null }) {
  const prompt = step?.prompt ?? asset?.prompt ?? null;
  return (
    prompt && (
      <section>
        <h3>Prompt</h3>
        <p className="prompt">{prompt}</p>
      </section>
    )
  );
}

export function Facts({ thing, asset, step }: { thing: Thing; asset: Asset | null; step: LineageNode | null }) {
  const facts = [...ofThing(thing), ...(asset ? ofAsset(asset) : []), ...(step ? ofStep(step) : [])];
  return (
    <>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {step?.execution_id && step.graph_id && (
        <p><a href={address({ page: "graph", graph: step.graph_id, run: step.execution_id })}>Show the run that made it</a></p>
      )}
    </>
  );
}

function ofThing(thing: Thing): Fact[] {
  const facts: Fact[] = [["Kind", kindOf(thing)]];
  if (thing.width && thing.height) facts.push(["Dimensions", `${thing.width} × ${thing.height}`]);
  if (thing.duration_s) facts.push(["Length", playing(thing.duration_s)]);
  if (thing.bytes) facts.push(["Size", `${size(thing.bytes)}${thing.mime ? `, ${thing.mime}` : ""}`]);
  if (thing.scenes) facts.push(["Scenes", String(thing.scenes.length)]);
  const { identity } = thing;
  if (identity && typeof identity.score === "number")
    facts.push(["Likeness", `${identity.score.toFixed(2)} of ${identity.threshold.toFixed(2)} wanted (${identity.engine})`]);
  return facts;
}

function ofAsset(asset: Asset): Fact[] {
  const facts: Fact[] = [["Source", asset.source === "upload" ? "uploaded" : "generated"]];
  facts.push(["When", when(asset.created_at, serverNow())]);
  if (asset.model) facts.push(["Model", asset.provider ? `${asset.model} (${asset.provider})` : asset.model]);
  return facts;
}

function ofStep(step: LineageNode): Fact[] {
  const facts: Fact[] = [];
  if (step.type) facts.push(["Made by", spelled(step.type)]);
  if (step.seed !== null && step.seed !== undefined) facts.push(["Seed", String(step.seed)]);
  if (step.variation) facts.push(["Variation", String(step.variation)]);
  if (step.cost !== null && step.cost !== undefined) facts.push(["Cost", price(step.cost)]);
  for (const [name, value] of Object.entries(step.params ?? {}))
    if (!TOLD_APART.has(name) && value !== "" && value !== null) facts.push([spelled(name), shownValue(value)]);
  return facts;
}

export function UsedBy({ uses }: { uses: Uses }) {
  const { graphs, characters, executions } = uses;
  const runs = executions.items.filter((one) => one.how !== "made" && one.how !== "shown");
  if (!graphs.count && !characters.count && !runs.length) return <p className="hint">Nothing else uses it.</p>;
  return (
    <ul className="used-by">
      {graphs.items.map((one) => (
        <li key={one.id}>Graph <a href={address({ page: "graph", graph: one.id, run: null })}>{one.name}</a></li>
      ))}
      {characters.items.map((one) => <li key={one.id}>Reference of the character {one.name}</li>)}
      {runs.slice(0, 8).map((one) => (
        <li key={`${one.execution_id}/${one.node_id}`}>
          {one.how === "given" ? "Given to" : "Taken over by"}{" "}
          {one.graph_id ? <a href={address({ page: "graph", graph: one.graph_id, run: one.execution_id })}>a run of {one.graph_name}</a> : `a run of ${one.graph_name}`}
          , {when(one.created_at, serverNow())}
        </li>
      ))}
      {runs.length > 8 && <li>and {runs.length - 8} more runs</li>}
    </ul>
  );
}
