// A machine's clock that a test sets while a program runs by it: libfaketime stands before the C library; durations stay the kernel's.
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where Debian's package has it. */
export function library() {
  const found = readdirSync('/usr/lib').map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`).find((file) => existsSync(file));
  if (!found) throw new Error('no libfaketime here: script/setup installs it');
  return found;
}

export class MachineClock {
  /** folder: of the test's own; at: RFC 3339, what it says now. */
  constructor(folder, at) {
    this.file = path.join(folder, 'machine-clock');
    this.base_s = Math.round((Date.parse(at) - Date.now()) / 1000);
    this.set(0);
    /** What a program that goes by it is started with. */
    this.env = { LD_PRELOAD: library(), FAKETIME_TIMESTAMP_FILE: this.file, FAKETIME_NO_CACHE: '1', DONT_FAKE_MONOTONIC: '1', FAKETIME_FORCE_MONOTONIC_FIX: '0' };
  }

  /** So many seconds from where it would be had nobody set it. */
  set(seconds) {
    const offset = this.base_s + seconds;
    writeFileSync(`${this.file}.new`, `${offset < 0 ? '' : '+'}${offset}\n`);
    renameSync(`${this.file}.new`, this.file);
    this.offset_s = offset;
  }

  now() {
    return Date.now() + this.offset_s * 1000;
  }
}
