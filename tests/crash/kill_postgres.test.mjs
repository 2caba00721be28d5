// kill -9 under load, on PostgreSQL, whose processes are killed too (kills.mjs). DANH_KILLS, DANH_ENGINE: as in kill.test.mjs.
import { tests } from './kills.mjs';
import { share } from './share.mjs';

if (share('postgres') > 0) tests('postgresql', share('postgres'));
