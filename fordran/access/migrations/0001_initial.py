import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('creditors', '0006_setup_on_pages'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BankIdPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number_index', models.BinaryField(unique=True)),
                ('number_sealed', models.BinaryField()),
                ('name_sealed', models.BinaryField()),
                ('added_on', models.DateField()),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='bankid', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='FormUse',
            fields=[
                ('key', models.UUIDField(primary_key=True, serialize=False)),
                ('path', models.TextField()),
                ('answer', models.TextField(blank=True, default='')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('administrator', models.BooleanField(default=False)),
                ('reach', models.CharField(blank=True, default='', max_length=4)),
                ('until_on', models.DateField(null=True)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('invited_by', models.TextField()),
                ('invited_on', models.DateField()),
                ('expires_on', models.DateField()),
                ('taken_on', models.DateField(null=True)),
                ('withdrawn_on', models.DateField(null=True)),
                ('creditor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='creditors.creditor')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='creditors.organisation')),
                ('taken_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Tried',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120)),
                ('window', models.BigIntegerField()),
                ('times', models.IntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key', 'window'), name='tried_once')],
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('administrator', models.BooleanField(default=False)),
                ('reach', models.CharField(blank=True, default='', max_length=4)),
                ('until_on', models.DateField(null=True)),
                ('given_by', models.TextField(blank=True, default='')),
                ('given_on', models.DateField(null=True)),
                ('origin', models.CharField(default='given', max_length=8)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='creditors.organisation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'user'), name='seat_once'), models.CheckConstraint(condition=models.Q(('reach__in', ['', 'read', 'work', 'sign'])), name='seat_reach')],
            },
        ),
    ]
