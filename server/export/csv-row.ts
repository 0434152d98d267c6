/**
 * A row of CSV by RFC 4180: fields that hold a comma, a quote or a line end are quoted, quotes in them doubled; rows end in
 * CR LF. Null is an empty field. Fields with spaces at their ends are quoted too, as some readers trim bare ones.
 */
import { numberText } from './number-text.ts';

export function csvRow(fields: readonly (string | number | null)[]): string {
  return `${fields.map(csvField).join(',')}\r\n`;
}

export function csvField(field: string | number | null): string {
  if (field === null) return '';
  if (typeof field === 'number') return numberText(field);
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
