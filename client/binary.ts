/** MessagePack for the stream: half the bytes of JSON for a graph, a third for a large one. */
import { decoded } from '../protocol/encoding.ts';
import { addDecoder } from './encodings.ts';

addDecoder('binary', (frame) => decoded(frame, 'binary'));
