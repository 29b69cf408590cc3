/** Import a file: look at it first, say what its columns are where nobody knows them, see what is refused in its line. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

import { beginning, sheetOf, textOf, type Sheet } from "./file_text";
import { Large } from "./Large";
import { Mapping } from "./Mapping";
import type { Map } from "./mapping";
import { Preview } from "./Preview";
import { Refused } from "./Refused";
import { isUnknownFile, refusedLines } from "./refused";
import { bring, type Brought } from "./reading";

/** A request's limit is a little above; larger files go by an upload. */
const MOST_AT_ONCE = 3_000_000;
const MOST_BYTES = 256 * 2 ** 20;
/** Letters of a large file that a preview sends, and bytes that are read to have them. */
const LOOKED_AT = 1_000_000;
const READ = 2 * LOOKED_AT;

interface Wish {
  preview: boolean;
  map: Map | null;
}

function Done({ of, sheet }: { of: Brought; sheet: Sheet | null }) {
  return (
    <div role="status" className="flex flex-col gap-2">
      <p className="rounded-lg bg-good-soft p-3">{t("tax.added", { added: of.added, known: of.known, skipped: of.skipped })}</p>
      <Refused lines={of.warnings.map(({ line, field, message }) => ({ line, field, reason: message }))} sheet={sheet} />
    </div>
  );
}

function useBringing(file: File | null, lenient: boolean) {
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const isLarge = file !== null && file.size > MOST_AT_ONCE;
  const asked = useMutation<Brought, ApiError, Wish>({
    mutationFn: async ({ preview, map }) => {
      if (file === null) throw new ApiError(0, "NO_FILE", t("form.required"));
      const text = beginning(await textOf(isLarge ? file.slice(0, READ) : file), isLarge ? LOOKED_AT : Infinity);
      setSheet(sheetOf(text));
      // Where a large file is cut, its last event may be half of one.
      const body = { csv: text, fileName: file.name, lenient: lenient || isLarge, preview, ...(map === null ? {} : { map }) };
      return (await bring(body)).data;
    },
    onSuccess: (_, { preview }) => void (preview || readAnew(["tax"])),
  });
  return { asked, sheet, isLarge };
}

export function Bring() {
  const [file, setFile] = useState<File | null>(null);
  const [lenient, setLenient] = useState(false);
  const [map, setMap] = useState<Map | null>(null);
  const [sending, setSending] = useState(false);
  const { asked, sheet, isLarge } = useBringing(file, lenient);
  const tooLarge = file !== null && file.size > MOST_BYTES;
  const may = file !== null && !tooLarge;
  const choose = (next: File | null): void => {
    setFile(next);
    setMap(null);
    setSending(false);
    asked.reset();
  };
  const look = (chosen: Map | null): void => {
    setMap(chosen);
    setSending(false);
    asked.mutate({ preview: true, map: chosen });
  };
  const start = (): void => {
    if (!isLarge) asked.mutate({ preview: false, map });
    else if (asked.data?.preview != null) setSending(true);
    // Its beginning says whether anybody knows such files: else it is mapped first, and nothing was sent in vain.
    else asked.mutate({ preview: true, map }, { onSuccess: () => setSending(true) });
  };
  const unknown = map !== null || (asked.error !== null && isUnknownFile(asked.error));
  return (
    <Panel title={t("tax.import")}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (may) start();
        }}
      >
        <label className="flex min-w-0 flex-col gap-1 font-medium">
          {t("tax.file")}
          <input
            type="file"
            accept=".csv,.txt,.tsv,text/csv"
            className="w-full min-w-0 rounded-lg border border-muted bg-panel p-2 font-normal"
            onChange={(event) => choose(event.target.files?.[0] ?? null)}
          />
          <span className="text-sm font-normal text-muted">{t("tax.importHint")}</span>
        </label>
        {tooLarge && (
          <p role="alert" className="text-bad">
            {t("tax.tooLarge")}
          </p>
        )}
        <label className="flex items-center gap-2">
          <input type="checkbox" className="size-5" checked={lenient} onChange={(event) => setLenient(event.target.checked)} />
          {t("tax.lenient")}
        </label>
        <div className="flex flex-wrap gap-2">
          <Button type="submit" kind="primary" busy={asked.isPending && !asked.variables.preview} disabled={!may || sending}>
            {t("tax.bring")}
          </Button>
          <Button busy={asked.isPending && asked.variables.preview} disabled={!may || sending} onClick={() => look(map)}>
            {t("tax.look")}
          </Button>
        </div>
        {asked.error !== null && (
          <>
            <Refusal error={asked.error} />
            {refusedLines(asked.error).length > 0 && <p className="font-medium">{t("tax.refused")}</p>}
            <Refused lines={refusedLines(asked.error)} sheet={sheet} />
          </>
        )}
        {unknown && file !== null && sheet !== null && <Mapping key={file.name} sheet={sheet} fileName={file.name} busy={asked.isPending} use={look} />}
        {asked.data?.preview != null && <Preview of={asked.data} partly={isLarge} />}
        {asked.data !== undefined && asked.data.preview === null && <Done of={asked.data} sheet={sheet} />}
        {sending && file !== null && <Large file={file} lenient={lenient} map={map} ended={() => setSending(false)} />}
      </form>
    </Panel>
  );
}
