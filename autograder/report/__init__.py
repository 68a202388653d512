"""What people read: the student's feedback page, the class report, the marks for the LMS."""
