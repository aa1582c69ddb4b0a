/* births_file: what the file with a farm's records is called. */
#ifndef EMUICC_FS_BIRTHS_BIRTHS_FILE_H
#define EMUICC_FS_BIRTHS_BIRTHS_FILE_H

#define BIRTHS_FILE "births.sqlite" /* in the farm's folder */

#endif
