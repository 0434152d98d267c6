/**
 * The page: defines the elements. `phasewatch-app` in index.html does the rest.
 */
import './elements/phasewatch-app.ts';
