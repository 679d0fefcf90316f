from . import pmm_course_progress
