/**
 * `<script type="module" src="http://host:4747/embed.js">` and a tag: the elements for any page. Only the modules of the
 * tags in use are loaded, and the server that the script came from is the one that they ask, unless they name another.
 * Iframes of that server are made as tall as what they show.
 *
 * `load(root)` looks into what cannot be found from outside, as a closed shadow root.
 */
import { setHomeServer } from '../servers.ts';
import { fitFrames } from './frame-size.ts';
import { load } from './tag-finder.ts';

export { define } from './modules.ts';
export { load } from './tag-finder.ts';

const own = import.meta.url;
setHomeServer(own);
fitFrames(document, new URL('.', own).href);
void load(document);
