/** Send a file that is larger than a request may be: a form of the API's takes it to the store of uploads. */

import { ApiError } from "@/api/errors";

import { addUpload, importUpload, type Brought, type UploadOptions } from "./reading";

/** Where the edge passes forms on to the store of uploads: the page may connect to its own origin alone. */
const STORE = "/uploads";

/** Post a form and tell how far it is, from 0 to 1; ApiError where it does not arrive. */
function post(fields: Readonly<Record<string, string>>, file: File, told: (share: number) => void, signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", file);
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => told(event.lengthComputable ? event.loaded / event.total : 0);
    request.onload = () =>
      request.status < 300 ? resolve(undefined) : reject(new ApiError(request.status, "UPLOAD_REFUSED", `The store of uploads refused the file (${String(request.status)}).`));
    request.onerror = () => reject(new ApiError(0, "UNREACHABLE", "The file could not be sent."));
    request.onabort = () => reject(new ApiError(0, "CANCELLED", "The upload was stopped."));
    signal.addEventListener("abort", () => request.abort());
    request.open("POST", STORE);
    request.send(form);
  });
}

/** Send the file and start its import; returns the import's job. */
export async function upload(file: File, options: UploadOptions, told: (share: number) => void, signal: AbortSignal): Promise<string> {
  const { map, ...travelling } = options;
  const { data } = await addUpload(travelling);
  if (file.size > data.maxBytes) {
    throw new ApiError(413, "PAYLOAD_TOO_LARGE", `The file has more than ${String(Math.floor(data.maxBytes / 2 ** 20))} MB.`);
  }
  await post(data.fields, file, told, signal);
  return (await importUpload(data.id, map === undefined ? null : options)).data.id;
}

/** What a finished job says that it brought. */
export function broughtBy(result: Readonly<Record<string, unknown>> | null): Pick<Brought, "added" | "known" | "skipped"> {
  const number = (name: string): number => (typeof result?.[name] === "number" ? result[name] : 0);
  return { added: number("added"), known: number("known"), skipped: number("skipped") };
}
