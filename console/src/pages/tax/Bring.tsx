/** Import a file; what is refused is shown at its line. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

import { bring, type Brought, type Remark } from "./reading";

const MOST_BYTES = 3_000_000;
const MOST_SHOWN = 100;

interface Line {
  line: number | null;
  text: string;
}

/** The lines of a refusal: the API says them in `details`, by line or as a list. */
function refusedLines(error: ApiError): Line[] {
  const found: Line[] = [];
  const words = (text: string): string => text.slice(0, 400).split(" ").map(safeName).join(" ");
  for (const [name, value] of Object.entries(error.details)) {
    if (typeof value === "string") found.push({ line: Number(/line (\d+)/i.exec(`${name} ${value}`)?.[1] ?? NaN) || null, text: words(value) });
    else if (Array.isArray(value)) {
      for (const each of value as unknown[]) {
        const one = (typeof each === "object" && each !== null ? each : { message: String(each) }) as Partial<Remark>;
        found.push({ line: one.line ?? null, text: words(one.message ?? "") });
      }
    }
  }
  return found;
}

function Lines({ of }: { of: readonly Line[] }) {
  if (of.length === 0) return null;
  return (
    <ol className="max-h-64 overflow-auto rounded-lg bg-raised p-3 text-sm" aria-label={t("tax.remarks")}>
      {of.slice(0, MOST_SHOWN).map((one, place) => (
        <li key={`${String(one.line)}-${String(place)}`}>
          {one.line !== null && <strong>{t("tax.line", { line: one.line })}: </strong>}
          {one.text}
        </li>
      ))}
    </ol>
  );
}

function Done({ of }: { of: Brought }) {
  return (
    <div role="status" className="flex flex-col gap-2">
      <p className="rounded-lg bg-good-soft p-3">{t("tax.added", { added: of.added, known: of.known, skipped: of.skipped })}</p>
      <Lines of={of.warnings.map((one) => ({ line: one.line, text: one.message }))} />
    </div>
  );
}

interface Given {
  file: File;
  lenient: boolean;
}

const textOf = async (file: File): Promise<string> => {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : null;
  if (utf16 !== null) return new TextDecoder(utf16).decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
};

export function Bring() {
  const [file, setFile] = useState<File | null>(null);
  const [lenient, setLenient] = useState(false);
  const asked = useMutation<Brought, ApiError, Given>({
    mutationFn: async (given) => (await bring({ csv: await textOf(given.file), fileName: given.file.name, lenient: given.lenient, preview: false })).data,
    onSuccess: () => void readAnew(["tax"]),
  });
  const tooLarge = file !== null && file.size > MOST_BYTES;
  const lines = asked.error === null ? [] : refusedLines(asked.error);
  return (
    <Panel title={t("tax.import")}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (file !== null && !tooLarge) asked.mutate({ file, lenient });
        }}
      >
        <label className="flex min-w-0 flex-col gap-1 font-medium">
          {t("tax.file")}
          <input
            type="file"
            accept=".csv,.txt,.tsv,text/csv"
            className="w-full min-w-0 rounded-lg border border-muted bg-panel p-2 font-normal"
            onChange={(event) => {
              setFile(event.target.files?.[0] ?? null);
              asked.reset();
            }}
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
        <Button type="submit" kind="primary" busy={asked.isPending} disabled={file === null || tooLarge}>
          {t("tax.bring")}
        </Button>
        {asked.error !== null && (
          <>
            <Refusal error={asked.error} />
            {lines.length > 0 && <p className="font-medium">{t("tax.refused")}</p>}
            <Lines of={lines} />
          </>
        )}
        {asked.data !== undefined && <Done of={asked.data} />}
      </form>
    </Panel>
  );
}
