/** Say which column of an unknown file is what. */

import { useState } from "react";

import { safeName } from "@/money/hostile";
import { t, type TextKey } from "@/texts";
import { Button } from "@/ui/Button";
import { Choice } from "@/ui/Choice";
import { SelectField, TextField } from "@/ui/Field";

import type { Sheet } from "./file_text";
import { mapOf, MEANINGS, suggested, type AmountOf, type Choices, type Map } from "./mapping";

const MOST_WORDS = 40;
const shown = (name: string): string => safeName(name) || "–";
const meanings = [{ value: "", text: t("map.meaning.none") }, ...MEANINGS.map((value) => ({ value, text: value.replace("left not of tax", t("map.meaning.left")) }))];

interface Part {
  of: Choices;
  change: (part: Partial<Choices>) => void;
  columns: readonly { value: string; text: string }[];
}

function Amounts({ name, of, change, columns }: { name: TextKey; of: AmountOf; change: (of: AmountOf) => void; columns: Part["columns"] }) {
  return (
    <fieldset className="grid gap-3 sm:grid-cols-3">
      <legend className="mb-1 font-medium">{t(name)}</legend>
      <SelectField label={t("map.amount")} options={columns} value={of.amount} onChange={(event) => change({ ...of, amount: event.target.value })} />
      <SelectField label={t("map.asset")} options={columns} value={of.asset} onChange={(event) => change({ ...of, asset: event.target.value })} />
      <TextField label={t("map.always")} maxLength={40} value={of.always} onChange={(event) => change({ ...of, always: event.target.value })} />
    </fieldset>
  );
}

function Kinds({ of, change, columns, words }: Part & { words: readonly string[] }) {
  return (
    <>
      <SelectField
        label={t("map.kind")}
        options={[{ value: "", text: t("map.same") }, ...columns.slice(1)]}
        value={of.kind}
        onChange={(event) => change({ kind: event.target.value, kinds: {} })}
      />
      {of.kind === "" ? (
        <SelectField label={t("map.everyLine")} options={meanings} value={of.same} onChange={(event) => change({ same: event.target.value })} />
      ) : (
        words.map((word) => (
          <SelectField
            key={word}
            label={t("map.word", { word: shown(word) })}
            options={meanings}
            value={of.kinds[word] ?? ""}
            onChange={(event) => change({ kinds: { ...of.kinds, [word]: event.target.value } })}
          />
        ))
      )}
      {words.length > MOST_WORDS && <p className="text-warn">{t("map.manyWords", { most: MOST_WORDS })}</p>}
    </>
  );
}

function Times({ of, change, columns }: Part) {
  return (
    <>
      <SelectField label={t("map.time")} options={columns} value={of.time} onChange={(event) => change({ time: event.target.value })} />
      <TextField label={t("map.zone")} hint={t("map.zoneHint")} maxLength={64} value={of.zone} onChange={(event) => change({ zone: event.target.value.trim() })} />
      <TextField label={t("map.format")} hint={t("map.formatHint")} maxLength={64} value={of.format} onChange={(event) => change({ format: event.target.value })} />
    </>
  );
}

/** `use` is called with a mapping that the choices make. */
export function Mapping({ sheet, fileName, use, busy }: { sheet: Sheet; fileName: string; use: (map: Map) => void; busy: boolean }) {
  const [of, set] = useState<Choices>(() => suggested(sheet.header));
  const change = (part: Partial<Choices>): void => set({ ...of, ...part });
  const columns = [{ value: "", text: "–" }, ...sheet.header.filter((name) => name !== "").map((value) => ({ value, text: shown(value) }))];
  const words = of.kind === "" ? [] : sheet.words(of.kind, MOST_WORDS);
  const ways = [
    { value: "signed", text: t("map.signed") },
    { value: "two", text: t("map.two") },
  ] as const;
  const amounts = of.signed ? of.change.amount !== "" : of.sent.amount !== "" || of.received.amount !== "";
  const isWhole = of.time !== "" && amounts && (of.kind === "" ? of.same !== "" : Object.values(of.kinds).some((meaning) => meaning !== ""));
  return (
    <section aria-label={t("map.title")} className="flex flex-col gap-3 rounded-lg border border-line p-3">
      <p className="font-medium">{t("map.title")}</p>
      <p className="text-sm text-muted">{t("map.lead")}</p>
      <div className="grid gap-3 sm:grid-cols-3">
        <Times of={of} change={change} columns={columns} />
        <SelectField label={t("map.id")} options={columns} value={of.id} onChange={(event) => change({ id: event.target.value })} />
        <Kinds of={of} change={change} columns={columns} words={words} />
      </div>
      <Choice label={t("map.way")} value={of.signed ? "signed" : "two"} choose={(way) => change({ signed: way === "signed" })} options={ways} />
      {of.signed ? (
        <Amounts name="map.change" of={of.change} change={(part) => change({ change: part })} columns={columns} />
      ) : (
        <>
          <Amounts name="map.sent" of={of.sent} change={(part) => change({ sent: part })} columns={columns} />
          <Amounts name="map.received" of={of.received} change={(part) => change({ received: part })} columns={columns} />
        </>
      )}
      <Amounts name="map.fee" of={of.fee} change={(part) => change({ fee: part })} columns={columns} />
      <Button busy={busy} disabled={!isWhole} onClick={() => use(mapOf(of, sheet.header, fileName))}>
        {t("map.use")}
      </Button>
    </section>
  );
}
