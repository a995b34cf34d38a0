import datetime
from importlib import import_module

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from newsroom.dialects import sql

# SQLite makes the table anew, and loses the triggers that keep the search.
TRIGGERS = import_module("articles.migrations.0003_search").SQLITE[1:]
DROPPED = [f"DROP TRIGGER articles_search_{event}" for event in ("insert", "delete", "update")]


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0005_comments_modes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        sql(sqlite=DROPPED, postgresql=[], reverse_sqlite=TRIGGERS, reverse_postgresql=[]),
        migrations.CreateModel(
            name='SectionEditor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'verbose_name': 'section of an editor',
                'verbose_name_plural': 'sections of an editor',
            },
        ),
        migrations.CreateModel(
            name='Transition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('step', models.CharField(max_length=30)),
                ('source', models.CharField(help_text='Where it stood.', max_length=20)),
                ('target', models.CharField(help_text='Where it stands since.', max_length=20)),
                ('words', models.CharField(help_text='What was done, as the history says it.', max_length=300)),
                ('note', models.TextField(blank=True, max_length=2000)),
                ('override', models.TextField(blank=True, help_text='Why it went out although a check said no, and what the check said.', max_length=1000)),
                ('is_issued', models.BooleanField(help_text='Whether readers know the article, so that its log stays.')),
            ],
            options={
                'ordering': ['-made_at', '-id'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='article',
            name='article_status_known',
        ),
        migrations.AddField(
            model_name='article',
            name='assignee',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='with'),
        ),
        migrations.AddField(
            model_name='article',
            name='due_at',
            field=models.DateTimeField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(datetime.datetime(1605, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), 'The year is too early: nothing before 1605.'), django.core.validators.MaxValueValidator(datetime.datetime(2999, 12, 31, 0, 0, tzinfo=datetime.timezone.utc), 'The year is too late: nothing after 2999.')], verbose_name='due'),
        ),
        migrations.AddField(
            model_name='article',
            name='slugline',
            field=models.CharField(blank=True, help_text='What the desk calls it. Readers never see it.', max_length=80, verbose_name='slug line'),
        ),
        migrations.AlterField(
            model_name='article',
            name='headline',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AlterField(
            model_name='article',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('review', 'In review'), ('changes', 'Changes requested'), ('approved', 'Approved'), ('published', 'Published'), ('withdrawn', 'Taken down'), ('archived', 'Archived')], default='draft', editable=False, max_length=20),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='article_due'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'review', 'changes', 'approved', 'published', 'withdrawn', 'archived'])), name='article_status_known', violation_error_message='An article is draft, in review, approved, published, taken down or archived.'),
        ),
        migrations.AddField(
            model_name='sectioneditor',
            name='category',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='editors', to='articles.category', verbose_name='section'),
        ),
        migrations.AddField(
            model_name='sectioneditor',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='edited_sections', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='transition',
            name='article',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='transitions', to='articles.article'),
        ),
        migrations.AddField(
            model_name='transition',
            name='made_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='sectioneditor',
            constraint=models.UniqueConstraint(fields=('user', 'category'), name='section_editor_once', violation_error_message='This section is there already.'),
        ),
        migrations.AddIndex(
            model_name='transition',
            index=models.Index(fields=['article', '-made_at', '-id'], name='transition_newest'),
        ),
        sql(sqlite=TRIGGERS, postgresql=[], reverse_sqlite=DROPPED, reverse_postgresql=[]),
    ]
